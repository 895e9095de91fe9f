namespace WreSkills.Trust;

/// <summary>Checks signatures against the lists of who may sign.</summary>
public static class SignatureVerifier
{
    /// <summary>Checks that the message was signed, for this purpose, with a key that may sign at that time. Runs no program.</summary>
    /// <param name="message">The signed bytes.</param>
    /// <param name="armoredSignature">The text of the signature.</param>
    /// <param name="signatureNamespace">What it has to be made for.</param>
    /// <param name="signers">Who may sign.</param>
    /// <param name="revoked">Keys that never count, or null.</param>
    /// <param name="at">The time at which the key has to be valid; fractions of a second do not count.</param>
    public static SignatureCheck Verify(
        ReadOnlySpan<byte> message, string armoredSignature, string signatureNamespace, AllowedSigners signers, RevokedKeys? revoked, DateTimeOffset at)
    {
        if (!SshSignature.TryParse(armoredSignature, out var signature, out var problem))
        {
            return new SignatureCheck { Fault = SignatureFault.Unreadable, Reason = problem };
        }

        var kept = signers.Signers.FirstOrDefault(signer => signer.Key.Equals(signature.Key))?.Key ?? signature.Key;
        if (signature.Verify(message, signatureNamespace, kept) is { } fault)
        {
            return new SignatureCheck { Signature = signature, Fault = fault, Reason = Explain(fault, signature, signatureNamespace) };
        }

        if (revoked?.Contains(signature.Key) == true)
        {
            return new SignatureCheck
            {
                Signature = signature,
                Fault = SignatureFault.RevokedKey,
                Reason = $"The key {signature.Key.Fingerprint} is revoked in {revoked.File}. Sign with another key.",
            };
        }

        var match = signers.Find(signature.Key, signatureNamespace, at);
        return new SignatureCheck { Signature = signature, Signers = match.Signers, Principals = match.Principals, Fault = match.Fault, Reason = match.Reason };
    }

    private static string Explain(SignatureFault fault, SshSignature signature, string signatureNamespace) => fault == SignatureFault.OtherNamespace
        ? $"The signature was made for '{SshText.Shown(signature.Namespace)}', not for '{signatureNamespace}'. Sign with 'ssh-keygen -Y sign -n {signatureNamespace}'."
        : $"The signature by {signature.Key.Fingerprint} is not one of this content: content or signature were changed after signing, or something else was signed. "
            + "Look at the content and sign it again.";
}
