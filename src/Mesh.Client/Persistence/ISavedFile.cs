namespace Mesh.Client.Persistence;

/// <summary>One of the files of saved state. It says what it is, so that another's file is not taken for it.</summary>
internal interface ISavedFile
{
    static abstract string FileName { get; }

    static abstract string FileKind { get; }

    string Kind { get; }

    int Version { get; }
}
