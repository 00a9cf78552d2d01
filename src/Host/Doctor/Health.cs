namespace DynamosStream.Host.Doctor;

/// <summary>How serious a finding is.</summary>
internal enum Health
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Works, with less than there could be.</summary>
    Note,

    /// <summary>Does not work before something is done.</summary>
    Bad,
}
