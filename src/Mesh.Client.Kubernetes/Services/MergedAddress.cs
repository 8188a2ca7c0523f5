namespace Mesh.Client.Kubernetes.Services;

/// <summary>An address of a service, and who tells of it: one slice mostly, two while an endpoint moves from one to another.</summary>
internal sealed class MergedAddress(string address)
{
    private Told _first;
    private List<Told>? _more;

    public string Address { get; } = address;

    /// <summary>It waits to be looked at anew.</summary>
    public bool IsDirty { get; set; }

    /// <summary>As they are counted.</summary>
    public HintMarks Hints { get; set; }

    /// <summary>Where its endpoint stands, kept by <see cref="EndpointPlaces"/>.</summary>
    public int Place { get; set; } = EndpointPlaces.None;

    /// <summary>The next address of the same pod.</summary>
    public MergedAddress? NextOfPod { get; set; }

    /// <summary>The pod that it is filed under.</summary>
    public string? Pod { get; set; }

    public bool IsTold => _first.Member is not null;

    /// <summary>What counts of it: the best condition, of equal ones that of the slice whose name is first.</summary>
    public Told Best
    {
        get
        {
            var best = _first;
            foreach (var told in _more ?? [])
            {
                if (told.Member!.Condition < best.Member!.Condition
                    || (told.Member.Condition == best.Member.Condition && string.CompareOrdinal(told.Name, best.Name) < 0))
                {
                    best = told;
                }
            }

            return best;
        }
    }

    /// <summary>Several slices tell of it.</summary>
    public bool IsShared => _more is { Count: > 0 };

    /// <summary>All that tell of it, by the names of their slices.</summary>
    public IEnumerable<Told> All => (_more ?? []).Prepend(_first).OrderBy(told => told.Name, StringComparer.Ordinal);

    public void Set(string name, SliceTerms terms, SliceMember member)
    {
        var told = new Told(name, terms, member);
        if (!IsTold || _first.Name == name)
        {
            _first = told;
            return;
        }

        _more ??= [];
        var place = _more.FindIndex(other => other.Name == name);
        if (place >= 0)
        {
            _more[place] = told;
        }
        else
        {
            _more.Add(told);
        }
    }

    public void Remove(string name)
    {
        if (_first.Name != name)
        {
            _more?.RemoveAll(told => told.Name == name);
        }
        else if (IsShared)
        {
            _first = _more![^1];
            _more.RemoveAt(_more.Count - 1);
        }
        else
        {
            _first = default;
        }
    }

    /// <param name="Name">Of the slice.</param>
    /// <param name="Terms">What the slice says of all its endpoints.</param>
    /// <param name="Member">What it says of this one.</param>
    internal readonly record struct Told(string Name, SliceTerms Terms, SliceMember? Member);
}
