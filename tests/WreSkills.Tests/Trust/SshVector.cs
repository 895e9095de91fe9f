namespace WreSkills.Tests.Trust;

/// <summary>A key and its signature of <c>promote</c>, made once by ssh-keygen of OpenSSH 9.2; the private keys are gone.</summary>
internal sealed record SshVector(string Line, string Fingerprint, string Signature)
{
    public const string Namespace = "wre-skills-promotion@v1";

    public const string Certificate =
        "ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIIITh+c6FvdMARB50VQjXqpMyJf8ExMPHL4dYAMtbVPMAAAAIKRjcD72Pk9iQnhYuCh9s+6V26CA8K7wlOIVUnCOwAHIAAAAAAAAAAAAAAABAAAAAmlkAAAACQAAAAVhbGljZQAAAAAAAAAA//////////8AAAAAAAAAggAAABVwZXJtaXQtWDExLWZvcndhcmRpbmcAAAAAAAAAF3Blcm1pdC1hZ2VudC1mb3J3YXJkaW5nAAAAAAAAABZwZXJtaXQtcG9ydC1mb3J3YXJkaW5nAAAAAAAAAApwZXJtaXQtcHR5AAAAAAAAAA5wZXJtaXQtdXNlci1yYwAAAAAAAAAAAAAAMwAAAAtzc2gtZWQyNTUxOQAAACA6bZlJs28/VXwnpt9MKsGJQ9yXnlZG1+8Wy9HyOJ4QrQAAAFMAAAALc3NoLWVkMjU1MTkAAABAPBU/lhbcmQae7vItcAOl71u3lkC3c3M7Q/fe4zTjrsHu5hXjk2ptwgiPAZMdIrCgUguhepelcHJ0Z8EVD/MxCg== alice";

    public const string Dsa =
        "ssh-dss AAAAB3NzaC1kc3MAAACBANZBHcZksgA4oaf2oqOFZ1XiH9z8jEXSEACQNKhAd+Ex1eHnnCWy8tHy5CQFicuVEmC/gQO+w28C8H8sY5i+PtPl2/uBnEAnLiT7wgc8wHZz7Om8VKWAxp2iD7r7li5pwmaxjcNbyQdgy24V+RMAcPka/pD2HHEDY+AE0Z5i9NjlAAAAFQCEciCUly+Rwmkbo2uAMbNy/byKOwAAAIEAw+OMNXg6ysHA6fCMhetHrWvOpDJOyKiH2LuD4KxmgpV0x7QJ6OZVX+c6iHU8bYpMpLbnT9RM3FVbK5eb8mh08dgG06/z86VzMyaFZv9mW0l0LYgLFMVLLpo++nTynpW7vzIVpNSNjRV0uWBxHDjMPQtt8aRjg7gd8mSacwt+m2MAAACAcvCaAWp8ezVlkM0ew++tAczAE7gwchTTxWBAx72dj6TQaOEleaTvf+CLwjmbgTAUciYiDK0YP3iWniJpmaU61/WMGzI6vXmTL/Psmbhm1TiFaCMgYSXMKjC3HtRVLgvFotyTPFNLxdojYV6n4yJ7D6WhXuc5RgTsKjPAzZj38+s= old";

    public const string ShortRsa =
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDJQWoCWxY6sXtMHQLY8w1l7WdvxOIEBQaoF6Kix1uoaITpNCIoDbAk3pQ0EgCdt4nniNC6D/XRkvW5mw1dGubpb/xuaDiV5Nw7/tOCToVLmh7hrq0XDsvVZ+SHK1cUihU14R/RA7Nx7O52a2MaFMmQyrKzlpzDilCw2IpcyMwMpw== old";

    public const string SignedWithCertificate =
        """
        -----BEGIN SSH SIGNATURE-----
        U1NIU0lHAAAAAQAAAbcAAAAgc3NoLWVkMjU1MTktY2VydC12MDFAb3BlbnNzaC5jb20AAA
        AgghOH5zoW90wBEHnRVCNeqkzIl/wTEw8cvh1gAy1tU8wAAAAgpGNwPvY+T2JCeFi4KH2z
        7pXboIDwrvCU4hVScI7AAcgAAAAAAAAAAAAAAAEAAAACaWQAAAAJAAAABWFsaWNlAAAAAA
        AAAAD//////////wAAAAAAAACCAAAAFXBlcm1pdC1YMTEtZm9yd2FyZGluZwAAAAAAAAAX
        cGVybWl0LWFnZW50LWZvcndhcmRpbmcAAAAAAAAAFnBlcm1pdC1wb3J0LWZvcndhcmRpbm
        cAAAAAAAAACnBlcm1pdC1wdHkAAAAAAAAADnBlcm1pdC11c2VyLXJjAAAAAAAAAAAAAAAz
        AAAAC3NzaC1lZDI1NTE5AAAAIDptmUmzbz9VfCem30wqwYlD3JeeVkbX7xbL0fI4nhCtAA
        AAUwAAAAtzc2gtZWQyNTUxOQAAAEA8FT+WFtyZBp7u8i1wA6XvW7eWQLdzcztD997jNOOu
        we7mFeOTam3CCI8Bkx0isKBSC6F6l6VwcnRnwRUP8zEKAAAAF3dyZS1za2lsbHMtcHJvbW
        90aW9uQHYxAAAAAAAAAAZzaGE1MTIAAABTAAAAC3NzaC1lZDI1NTE5AAAAQK2+ky9tzk0U
        AU8PIOQHDrQyJsQamhobmFslv/WpeLqH7gZ572HKEZNr/ra+oM7ZqYZ58750yJT0eZVmsE
        RSpgc=
        -----END SSH SIGNATURE-----

        """;

    public static readonly SshVector Ed25519 = new(
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK/irETeaa9WYu4KHv4Zr6BWLP0H3cs4bQI7q16YmZ3m alice",
        "SHA256:vm50OyU05VCwkHNNK5euf1z/5hB0g4xu/rbzW1YABfs",
        """
        -----BEGIN SSH SIGNATURE-----
        U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgr+KsRN5pr1Zi7goe/hmvoFYs/Q
        fdyzhtAjurXpiZneYAAAAXd3JlLXNraWxscy1wcm9tb3Rpb25AdjEAAAAAAAAABnNoYTUx
        MgAAAFMAAAALc3NoLWVkMjU1MTkAAABAh8IDBDiVmcfT+X8aZiylh8hHmoKa3QUvkIqaIE
        svJvjRQRj5qsT1+YtvSu5o7c0EJYb1EwALT4FiiNkXPAXmAQ==
        -----END SSH SIGNATURE-----

        """);

    public static readonly SshVector P256 = new(
        "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBMoS8A9IKN+snTIc6h2NgWE+Lx/Z8KGlG4XWaJFU10ulNQNnFS5lAej2TUlElo2ezoFE795fVOneB0VFh14REcw= alice",
        "SHA256:Pi6yL1ri2NoI3Mf28TtaK0sqh0wzhBGp2MC222FL/Y8",
        """
        -----BEGIN SSH SIGNATURE-----
        U1NIU0lHAAAAAQAAAGgAAAATZWNkc2Etc2hhMi1uaXN0cDI1NgAAAAhuaXN0cDI1NgAAAE
        EEyhLwD0go36ydMhzqHY2BYT4vH9nwoaUbhdZokVTXS6U1A2cVLmUB6PZNSUSWjZ7OgUTv
        3l9U6d4HRUWHXhERzAAAABd3cmUtc2tpbGxzLXByb21vdGlvbkB2MQAAAAAAAAAGc2hhNT
        EyAAAAZAAAABNlY2RzYS1zaGEyLW5pc3RwMjU2AAAASQAAACAmxXxNx7/cJKh8oA+ZIgLP
        1LrRi0gpNonH1SzfS349ggAAACEA3gkvDIjqXCyHYFn+zjMJSQb2+lwpVvW8TrrxL5BAiK
        k=
        -----END SSH SIGNATURE-----

        """);

    public static readonly SshVector P384 = new(
        "ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBOlM8W+y1cqph2yEUhSI/rczvRFPHN0utaqbWZ4fJuuZ/22U7NWhWAffke0KbpzeDz7tnywR0ShLSD/38r7wsJCtHxItm1P3jlZzVzrVGRone1ZShviT/ScWd+zCaF2zEA== alice",
        "SHA256:PtvsyQ7zWW7COW8amVxlF3VLICdNCiGQtNX14dsnlBk",
        """
        -----BEGIN SSH SIGNATURE-----
        U1NIU0lHAAAAAQAAAIgAAAATZWNkc2Etc2hhMi1uaXN0cDM4NAAAAAhuaXN0cDM4NAAAAG
        EE6Uzxb7LVyqmHbIRSFIj+tzO9EU8c3S61qptZnh8m65n/bZTs1aFYB9+R7QpunN4PPu2f
        LBHRKEtIP/fyvvCwkK0fEi2bU/eOVnNXOtUZGid7VlKG+JP9JxZ37MJoXbMQAAAAF3dyZS
        1za2lsbHMtcHJvbW90aW9uQHYxAAAAAAAAAAZzaGE1MTIAAACEAAAAE2VjZHNhLXNoYTIt
        bmlzdHAzODQAAABpAAAAMQCtkxEPM6ESob3K2P78e8v/3t+NDIjZD2UdyaXzncG9SjVEwB
        MdnJwTxzNQCq3Z6z8AAAAwNuGEZP85PB89F1VVwyB047wPq3+HjZ6kBA9SzD5bFfGi6DBG
        Dzk5jsowTseMl9ge
        -----END SSH SIGNATURE-----

        """);

    public static readonly SshVector P521 = new(
        "ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAC3rzzLxin16tfBLL43nSenjl2vPjT444xSr0x0gX3Sb4hZtDEzNDwfYxBAno+NkWTrYeHX17wy4J8eAWC/aa7HdACUqvDLx2JCdJAU/PpjNzOthiUQ2owjSx4pwEeUhAk/nVA8HMwHrJRqSWPD12QdeNv9DAnVYgX9BGYZoY71wXxbrw== alice",
        "SHA256:VH2zgAAmG5Zv8uDln3TtIA6c8ScuS7Um92YG2SqO69w",
        """
        -----BEGIN SSH SIGNATURE-----
        U1NIU0lHAAAAAQAAAKwAAAATZWNkc2Etc2hhMi1uaXN0cDUyMQAAAAhuaXN0cDUyMQAAAI
        UEALevPMvGKfXq18EsvjedJ6eOXa8+NPjjjFKvTHSBfdJviFm0MTM0PB9jEECej42RZOth
        4dfXvDLgnx4BYL9prsd0AJSq8MvHYkJ0kBT8+mM3M62GJRDajCNLHinAR5SECT+dUDwczA
        eslGpJY8PXZB142/0MCdViBf0EZhmhjvXBfFuvAAAAF3dyZS1za2lsbHMtcHJvbW90aW9u
        QHYxAAAAAAAAAAZzaGE1MTIAAACnAAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAACMAAAAQg
        CAcOSgOWablXRB6EHWBItSTWO8/qimYQ2K0kw6IwOfFgvHjmD3Py9rraJBYr/C98aRw+TZ
        W6THBNSCfVNyzAVsiAAAAEIBy+/NyzaC31mo5005c7Al8YIms4WTcbzjgEk/Hc0t+Avq3u
        nDLFPUXZj4GogTbmLIrqMHsEVBfASorYc/4miduj4=
        -----END SSH SIGNATURE-----

        """);

    public static readonly SshVector Rsa = new(
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDV94E4floaKfrTAjA0jkFcNamtEYi0XnT7grfVL7wYteA9mXLZPZ2DAu7SJzufeMeKGy+W71VeEMXRF+XQXQKXtXLPKlj65odO8rJ87lszJvObqVmSaOo7xMiQzrLrwfr9bI9uWJVySYspgQaFrjKb4y6eYAfIR3Gay4IPK3Aqk2sc8frH/MuR+3/Hd2P1KBIV6XjHr5EbSQOMEqA8R3+2MyIUkyQixJCbKDgf8sQdH68n5M0ZQ9AtZE8xQOgeTSCTTM2g7FwX5YSjFKvjLNggq3BCEx5Floj6VY0T+pd5qh6Rb9gXrILoj4PNeoRmjK/3jbnrrTXLW9GleuNgxsAz alice",
        "SHA256:29Caa0vK8y/D/TyBEW3v8Ym3mRbBQa6P94i4SfxXXFQ",
        """
        -----BEGIN SSH SIGNATURE-----
        U1NIU0lHAAAAAQAAARcAAAAHc3NoLXJzYQAAAAMBAAEAAAEBANX3gTh+Whop+tMCMDSOQV
        w1qa0RiLRedPuCt9UvvBi14D2Zctk9nYMC7tInO594x4obL5bvVV4QxdEX5dBdApe1cs8q
        WPrmh07ysnzuWzMm85upWZJo6jvEyJDOsuvB+v1sj25YlXJJiymBBoWuMpvjLp5gB8hHcZ
        rLgg8rcCqTaxzx+sf8y5H7f8d3Y/UoEhXpeMevkRtJA4wSoDxHf7YzIhSTJCLEkJsoOB/y
        xB0fryfkzRlD0C1kTzFA6B5NIJNMzaDsXBflhKMUq+Ms2CCrcEITHkWWiPpVjRP6l3mqHp
        Fv2BesguiPg816hGaMr/eNueutNctb0aV642DGwDMAAAAXd3JlLXNraWxscy1wcm9tb3Rp
        b25AdjEAAAAAAAAABnNoYTUxMgAAARQAAAAMcnNhLXNoYTItNTEyAAABAAOHmH+1CKoQQ/
        kgLfQCCATmScV8rUDAmZbTJLM77lCYSdGxN/jnnz/P1r5cM0+6A6Twu4yoVqnXWHl8Yk2B
        TD5HqAlO7yWIPcfmZCj8kt1d4YszXByTreDlb9Xzs16Fqoy2hTSWZ2kxueAbXx6/Qfxmgk
        SvUFCFAXZzBWXu5Niuv8zQWIDh13upL2IhUSubNET/YNumonygKcGNrUuwo/Ca0zWpeZKg
        JQlGiXmMMLdOfGs/StlSRerbz/e8J8UlZu+StoGwIfBMC+XL4vnmOR3qqLtRNrPwEucPCY
        VXQRAXvgm4xGOYZYfIK8kEjSb5hr17h7NevulY9qkWm4b+kBI=
        -----END SSH SIGNATURE-----

        """);

    public static ReadOnlySpan<byte> Message => "promote"u8;

    public static SshVector Named(string name) => name switch { "Ed25519" => Ed25519, "P256" => P256, "P384" => P384, "P521" => P521, _ => Rsa };
}
