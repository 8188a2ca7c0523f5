namespace Mesh.Client.Configuration;

/// <summary>Leaves the recursive parser at the first thing that is not RE2; caught where the pattern comes in.</summary>
internal sealed class Re2SyntaxException(string message) : Exception(message)
{
    public const string TooLarge = "it is too large once its repetitions are written out";
}
