using System.Net.Sockets;

namespace Bookinfo.Launching;

internal static class PortMessages
{
    /// <summary>Why the port cannot be used, how to see who has it, and what to do instead.</summary>
    public static string CannotListen(InstanceSpec instance, SocketError error, string remedy) => error switch
    {
        SocketError.AddressAlreadyInUse =>
            $"Port {instance.Port}, which {instance.Name} needs, is in use by another program ({WhoHasIt(instance.Port)} shows which). End that program, or {remedy}.",
        SocketError.AccessDenied =>
            $"This user may not listen on port {instance.Port}, which {instance.Name} needs. Take ports from 1024 up: {remedy}.",
        _ => $"{instance.Name} cannot listen on port {instance.Port} ({error}). Try to {remedy}.",
    };

    private static string WhoHasIt(int port)
        => OperatingSystem.IsWindows() ? $"netstat -ano | findstr :{port}"
            : OperatingSystem.IsMacOS() ? $"lsof -i :{port}"
            : $"ss -ltnp 'sport = :{port}'";
}
