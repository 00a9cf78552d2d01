using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DynamosStream.Host.Tests.Fakes;

/// <summary>A new certificate for the name localhost, which nobody trusts who is not told to.</summary>
internal sealed class SelfSigned : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        Certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(CertificateFile, Certificate.ExportCertificatePem());
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>With its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The certificate alone, as PEM.</summary>
    public string CertificateFile => _folder["certificate.pem"];

    /// <summary>Its private key, as PEM.</summary>
    public string KeyFile => _folder["key.pem"];

    /// <summary>Makes a program trust it.</summary>
    public IReadOnlyDictionary<string, string> Trusted => new Dictionary<string, string> { ["SSL_CERT_FILE"] = CertificateFile };

    public void Dispose()
    {
        Certificate.Dispose();
        _folder.Dispose();
    }
}
