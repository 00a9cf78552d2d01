using DynamosStream.Host.Commands;

return await DynamosCommand.InvokeAsync(args);
