// Numbers that meet tensors are held (docs/memory.md). The compiler says nothing where one is not, so the compiled code is
// read: what turns a number into a Scalar must be followed by storing it in a local variable, and no member of
// TorchSharp may be called that makes a Scalar of its own and lets go of it.
using System.Reflection;
using System.Reflection.Emit;
using GateConnect.Cli;
using GateConnect.Experiments.Bench;
using GateConnect.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace GateConnect.Tests;

public sealed class HeldNumbersTests
{
    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> Codes =
        typeof(OpCodes).GetFields().Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    private static readonly Lazy<HashSet<MethodBase>> Careless = new(FindCareless);

    [Fact]
    public void Every_number_that_meets_a_tensor_is_held()
    {
        Assembly[] ours = [typeof(TorchRuntime).Assembly, typeof(CommandLine).Assembly, typeof(HeldNumbersTests).Assembly];
        var loose = Methods(ours).Where(method => method.DeclaringType != typeof(Examples) && !IsRival(method)).SelectMany(method => Loose(method)
            .Select(called => $"{method.DeclaringType}.{method.Name}: {called.DeclaringType}.{called.Name}"));
        Assert.Equal("", string.Join('\n', loose));
    }

    // The bench's rival is written as anyone would write it: that is what it is for.
    private static bool IsRival(MethodBase method) => method.DeclaringType?.Namespace == typeof(ObviousNetwork).Namespace;

    [Theory]
    [InlineData(nameof(Examples.Held), 0)]
    [InlineData(nameof(Examples.InPassing), 1)]
    [InlineData(nameof(Examples.InsideTorchSharp), 1)]
    [InlineData(nameof(Examples.NoNumber), 0)]
    public void A_number_in_passing_is_found(string example, int expected) =>
        Assert.Equal(expected, Loose(typeof(Examples).GetMethod(example, All)!).Count());

    private static IEnumerable<MethodBase> Loose(MethodBase method)
    {
        var calls = Calls(method).ToArray();
        return calls.Where(call => MakesScalar(call.Called) ? !call.IsStored : Careless.Value.Contains(call.Called)).Select(call => call.Called);
    }

    // Members of TorchSharp that make a Scalar in passing, or call one that does.
    private static HashSet<MethodBase> FindCareless()
    {
        var calls = Methods(typeof(torch).Assembly).Where(method => method.DeclaringType != typeof(Scalar))
            .Select(method => (Method: method, Calls: Calls(method).ToArray())).ToArray();
        var found = calls.Where(entry => entry.Calls.Any(call => MakesScalar(call.Called) && !call.IsStored)).Select(entry => entry.Method).ToHashSet();
        for (var before = 0; before < found.Count;)
        {
            before = found.Count;
            found.UnionWith(calls.Where(entry => entry.Calls.Any(call => found.Contains(call.Called))).Select(entry => entry.Method));
        }
        return found;
    }

    private static bool MakesScalar(MethodBase method) => method is MethodInfo { ReturnType: var made, IsStatic: true } && made == typeof(Scalar);

    private static IEnumerable<MethodBase> Methods(params Assembly[] assemblies) => assemblies.SelectMany(assembly => assembly.GetTypes())
        .SelectMany(type => type.GetMethods(All).Concat<MethodBase>(type.GetConstructors(All)));

    // The methods that a method calls, and whether the instruction after the call stores the result in a local variable.
    private static IEnumerable<(MethodBase Called, bool IsStored)> Calls(MethodBase method)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var place = 0; place < code.Length;)
        {
            var (operation, next) = Instruction(code, place);
            if (operation.OperandType == OperandType.InlineMethod && Resolve(method, BitConverter.ToInt32(code, next - 4)) is { } called)
            {
                yield return (called, next < code.Length && Instruction(code, next).Operation.Name!.StartsWith("stloc", StringComparison.Ordinal));
            }
            place = next;
        }
    }

    private static (OpCode Operation, int Next) Instruction(byte[] code, int place)
    {
        var isLong = code[place] == 0xFE;
        var operation = Codes[isLong ? (short)(0xFE00 | code[place + 1]) : code[place]];
        var operand = place + (isLong ? 2 : 1);
        return (operation, operand + operation.OperandType switch
        {
            OperandType.InlineNone => 0,
            OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
            OperandType.InlineVar => 2,
            OperandType.InlineI8 or OperandType.InlineR => 8,
            OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, operand)),
            _ => 4,
        });
    }

    private static MethodBase? Resolve(MethodBase caller, int token) => caller.Module.ResolveMethod(
        token, caller.DeclaringType?.GetGenericArguments(), caller.IsGenericMethod ? caller.GetGenericArguments() : null);

    private static class Examples
    {
        internal static Tensor Held(Tensor tensor)
        {
            using Scalar one = 1;
            return tensor.mul(one);
        }

        internal static Tensor InPassing(Tensor tensor) => tensor.mul(1);

        internal static Tensor InsideTorchSharp(Tensor tensor) => tensor + tensor;

        internal static Tensor NoNumber(Tensor tensor) => tensor * tensor;
    }
}
