using System.Globalization;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Mesh.Client.Configuration;

/// <summary>Trees to YAML text, one document each, through the event emitter alone: no reflection.</summary>
internal static class YamlNodeWriter
{
    private static readonly EmitterSettings Settings = new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024);

    public static string Write(IReadOnlyList<ConfigurationNode> roots)
    {
        var text = new StringBuilder();
        using var output = new StringWriter(text, CultureInfo.InvariantCulture) { NewLine = "\n" };
        var emitter = new Emitter(output, Settings);
        emitter.Emit(new StreamStart());
        for (var index = 0; index < roots.Count; index++)
        {
            emitter.Emit(new DocumentStart(null, null, isImplicit: index == 0));
            Emit(emitter, roots[index]);
            emitter.Emit(new DocumentEnd(isImplicit: true));
        }

        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    private static void Emit(Emitter emitter, ConfigurationNode node)
    {
        switch (node.Kind)
        {
            case NodeKind.Mapping:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true,
                    node.Properties.Count == 0 ? MappingStyle.Flow : MappingStyle.Block));
                foreach (var (name, value) in node.Properties)
                {
                    emitter.Emit(Text(name));
                    Emit(emitter, value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case NodeKind.Sequence:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true,
                    node.Items.Count == 0 ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (var item in node.Items)
                {
                    Emit(emitter, item);
                }

                emitter.Emit(new SequenceEnd());
                break;
            case NodeKind.String or NodeKind.Untyped:
                emitter.Emit(Text(node.Text!));
                break;
            default:
                emitter.Emit(Scalar(node.Text ?? "null", ScalarStyle.Plain));
                break;
        }
    }

    private static Scalar Text(string text) => Scalar(text, PlainScalar.IsText(text) ? ScalarStyle.Plain : ScalarStyle.DoubleQuoted);

    private static Scalar Scalar(string text, ScalarStyle style)
        => new(AnchorName.Empty, TagName.Empty, text, style, isPlainImplicit: true, isQuotedImplicit: true);
}
