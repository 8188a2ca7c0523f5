namespace Mesh.Client.Configuration;

/// <summary>Whether two trees say the same.</summary>
internal static class NodeComparison
{
    /// <summary>Places count: findings and explanations name them, so a tree that moved is another tree.</summary>
    public static bool AreSame(ConfigurationNode left, ConfigurationNode right) => left.Position == right.Position && AreEqual(left, right, AreSame);

    /// <summary>Only what is written counts, wherever it stands.</summary>
    public static bool AreEquivalent(ConfigurationNode left, ConfigurationNode right) => AreEqual(left, right, AreEquivalent);

    private static bool AreEqual(ConfigurationNode left, ConfigurationNode right, Func<ConfigurationNode, ConfigurationNode, bool> compare)
    {
        if (left.Kind != right.Kind
            || left.Text != right.Text
            || left.Items.Count != right.Items.Count
            || left.Properties.Count != right.Properties.Count)
        {
            return false;
        }

        for (var i = 0; i < left.Items.Count; i++)
        {
            if (!compare(left.Items[i], right.Items[i]))
            {
                return false;
            }
        }

        for (var i = 0; i < left.Properties.Count; i++)
        {
            if (left.Properties[i].Key != right.Properties[i].Key || !compare(left.Properties[i].Value, right.Properties[i].Value))
            {
                return false;
            }
        }

        return true;
    }
}
