using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary>Collects what is found in one document, so that nobody stops at the first error and a hostile document cannot fill the memory.</summary>
internal sealed class FindingSink(string document, List<MeshFinding> findings)
{
    /// <summary>Nobody reads more; the first ones name the cause.</summary>
    public const int Limit = 500;

    private const int LongestValue = 200;

    // 500 findings of one document then hold a few megabytes at most, whatever it names its fields.
    private const int LongestName = 400;
    private const int LongestPath = 2_000;
    private const int LongestMessage = 2_500;
    private bool _isLimitTold;
    private bool _isRefused;

    private ResourceMetadata? _about;

    /// <summary>The object that is being read; empty for the document itself.</summary>
    public string Resource
    {
        get => _about?.ToString() ?? field;
        set
        {
            field = value;
            _about = null;
            Suppression = null;
        }
    } = "";

    /// <summary>What the object that is being read asks to hear nothing of.</summary>
    public Suppression? Suppression { private get; set; }

    /// <summary>Collects how the schema spells what is read; null where nobody asks.</summary>
    public FieldSpellings? Spellings { get; init; }

    /// <summary>What <c>Discovery</c> can name in the process that the document is for.</summary>
    public DiscoveryWords DiscoveryWords { get; init; } = DiscoveryWords.BuiltIn;

    /// <summary>Nothing more will be kept: what only serves a message need not be worked out.</summary>
    public bool IsFull => findings.Count >= Limit && _isRefused;

    /// <summary>What follows is about this object.</summary>
    public void About(ResourceMetadata metadata)
    {
        // Most objects have no finding that would name them.
        _about = metadata;
        Suppression = metadata.Suppression;
    }

    public void Error(string code, ConfigurationNode at, string message, string? fix = null)
        => Add(code, MeshFindingSeverity.Error, at, message, fix, refuses: true);

    /// <param name="code">One of <see cref="FindingCodes"/>.</param>
    /// <param name="at">Where it stands.</param>
    /// <param name="message">What is wrong.</param>
    /// <param name="fix">What to write instead.</param>
    /// <param name="alias">Which of the code's aliases fits, where they tell cases apart; null: all of them.</param>
    public void Warning(string code, ConfigurationNode at, string message, string? fix = null, string? alias = null)
        => Add(code, MeshFindingSeverity.Warning, at, message, fix, refuses: false, alias);

    public void Info(string code, ConfigurationNode at, string message, string? fix = null)
        => Add(code, MeshFindingSeverity.Info, at, message, fix, refuses: false);

    /// <summary>Takes back an error that only follows from another one, which is told instead.</summary>
    public void Withdraw(string code, ConfigurationNode at, string message)
    {
        var index = findings.FindLastIndex(finding => finding.Code == code && finding.Message == message && finding.Line == at.Position.Line && finding.Path == at.Path);
        if (index >= 0)
        {
            findings.RemoveAt(index);
        }
    }

    /// <summary>An error that leaves the document in force: what it protects is answered 503 instead.</summary>
    public void Security(ConfigurationNode at, string message, string? fix = null)
        => Add(FindingCodes.UnbuiltSecurity, MeshFindingSeverity.Error, at, message, fix, refuses: false);

    public static string Quote(string? text)
        => text is null ? "null" : text.Length <= LongestValue ? $"'{text}'" : $"'{text.AsSpan(0, LongestValue)}...'";

    private void Add(string code, MeshFindingSeverity severity, ConfigurationNode at, string message, string? fix, bool refuses, string? alias = null)
    {
        var aliases = FindingAliases.Of(code, severity, alias);
        if (severity != MeshFindingSeverity.Error && Suppression is { } suppression && suppression.Covers(code, aliases))
        {
            return;
        }

        // Beyond the limit only the first reason to refuse still counts, or a hostile document would be accepted by being long.
        if (findings.Count >= Limit && (!refuses || _isRefused))
        {
            AddLimit(at);
            return;
        }

        _isRefused |= refuses;
        findings.Add(new MeshFinding
        {
            Code = code,
            Severity = severity,
            Resource = Cut(Resource, LongestName),
            Path = Cut(at.Path, LongestPath),
            Message = Cut(message, LongestMessage),
            Source = at.Position.Source ?? document,
            Line = at.Position.Line,
            Value = at.Text is { Length: > LongestValue } text ? text[..LongestValue] + "..." : at.Text,
            Fix = fix is null ? null : Cut(fix, LongestMessage),
            RefusesDocument = refuses,
            Aliases = aliases,
        });
    }

    private static string Cut(string text, int longest) => text.Length <= longest ? text : string.Concat(text.AsSpan(0, longest), "...");

    private void AddLimit(ConfigurationNode at)
    {
        if (_isLimitTold)
        {
            return;
        }

        _isLimitTold = true;
        findings.Add(new MeshFinding
        {
            Code = FindingCodes.TooManyFindings,
            Severity = MeshFindingSeverity.Warning,
            Resource = "",
            Path = Cut(at.Path, LongestPath),
            Message = string.Create(CultureInfo.InvariantCulture, $"more than {Limit} findings; the others are left out."),
            Source = at.Position.Source ?? document,
            Line = at.Position.Line,
            Fix = "Mend the ones shown and load again.",
        });
    }
}
