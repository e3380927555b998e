// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.trust.StrictBase64;
import io.tallystick.verify.ExitCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** The certificates in a PEM file that the time-stamps of an authority must lead to. */
final class RootCertificates {
    private static final int SIZE_MAX = 1024 * 1024;

    /** {@code id-kp-timeStamping}, RFC 5280 section 4.2.1.12. */
    private static final String TIME_STAMPING = "1.3.6.1.5.5.7.3.8";

    private RootCertificates() {}

    /**
     * Reads them.
     *
     * @param file name of a PEM or DER file, at most 1 MiB
     * @return base64 of the DER, in the order of the file
     * @throws CommandException if the file cannot be read or holds something else
     * @throws IllegalArgumentException if a certificate could never end the chain of a time-stamp
     */
    static List<String> read(String file) {
        List<String> roots = new ArrayList<>();
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            byte[] bytes = in.readNBytes(SIZE_MAX + 1);
            if (bytes.length > SIZE_MAX) {
                throw new CertificateException("larger than " + SIZE_MAX + " bytes");
            }
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes))) {
                requireRoot(file, (X509Certificate) certificate);
                roots.add(StrictBase64.encode(certificate.getEncoded()));
            }
        } catch (IOException | InvalidPathException | CertificateException e) {
            throw unusable(file, FileFault.why(e), e);
        }
        if (roots.isEmpty()) {
            throw unusable(file, "it holds no certificate", null);
        }
        return roots;
    }

    private static CommandException unusable(String file, String why, Exception cause) {
        return new CommandException(
                ExitCode.USAGE,
                "cannot use the certificates of " + file + ": " + why,
                "Give a PEM file with the root certificates of the authority.",
                cause);
    }

    /** The verifier takes a CA's certificate, and that of the authority itself; no other can be at the end of a chain. */
    private static void requireRoot(String file, X509Certificate certificate) throws CertificateException {
        List<String> purposes = certificate.getExtendedKeyUsage();
        boolean stamps = purposes != null && purposes.contains(TIME_STAMPING);
        if (certificate.getBasicConstraints() < 0 && !stamps) {
            throw new IllegalArgumentException(file + ": " + certificate.getSubjectX500Principal()
                    + " is neither a CA nor a time-stamping authority");
        }
    }
}
