namespace Mesh.Client.Configuration;

internal enum NodeKind
{
    Null,

    /// <summary>Text that was written as text: a JSON string or a quoted YAML scalar.</summary>
    String,

    /// <summary>A number as written; kept as text so that nothing is rounded before it is checked.</summary>
    Number,

    Boolean,

    /// <summary>A scalar from a provider that knows only text (environment variables, command line): any scalar type may be read from it.</summary>
    Untyped,

    Sequence,
    Mapping,
}
