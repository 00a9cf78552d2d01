global using System.Runtime.InteropServices;
global using static TorchSharp.torch;
