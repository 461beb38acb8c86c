// Starts the service of PredictionService.cs:
//   dotnet run --project examples/WebApi -c Release -- --model photos.onnx --urls http://127.0.0.1:5080
//   curl --data-binary @cat.jpg 'http://127.0.0.1:5080/predict?top=3'
await GateConnect.Examples.PredictionService.Create(args).RunAsync();
