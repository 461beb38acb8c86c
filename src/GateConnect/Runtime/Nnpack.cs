// libtorch tries NNPACK for small convolutions and, on processors NNPACK does not know, says so on stderr at every
// set-up. Turned off, it neither warns nor computes differently from one machine to the next, and no other warning or
// error is hidden. TorchSharp has no name for the switch, so libtorch's own is called.
using System.Runtime.InteropServices;

namespace GateConnect.Runtime;

internal static unsafe class Nnpack
{
    private const string ContextSymbol = "_ZN2at13globalContextEv";
    private const string SwitchSymbol = "_ZN2at7Context20setUserEnabledNNPACKEb";

    /// <summary>Turns NNPACK off where libtorch is loaded and has the switch; else only its warnings stay.</summary>
    public static void TurnOff()
    {
        if (SystemLibrary.IsGlibcX64
            && NativeFolder.Find("libtorch_cpu.so") is { } path
            && NativeLibrary.TryLoad(path, out var library)
            && NativeLibrary.TryGetExport(library, ContextSymbol, out var context)
            && NativeLibrary.TryGetExport(library, SwitchSymbol, out var set))
        {
            var instance = ((delegate* unmanaged[Cdecl]<nint>)context)();
            ((delegate* unmanaged[Cdecl]<nint, byte, void>)set)(instance, 0);
        }
    }
}
