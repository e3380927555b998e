// SPDX-License-Identifier: Apache-2.0
package io.tallystick.receipt;

import io.tallystick.trust.TrustAnchors;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of receipts in the anchors folder of a registry checkpoint:
 *
 * <pre>
 * cosignature-&lt;hex8 key id&gt;   &lt;tsa id&gt;.tsr   &lt;log id&gt;.rekor.json   &lt;log id&gt;.log.json
 * </pre>
 */
public final class ReceiptNames {
    private static final Pattern NAME = Pattern.compile("cosignature-(?<cosigner>[0-9a-f]{8})"
            + "|(?<party>[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?)\\.(?<form>tsr|rekor\\.json|log\\.json)");

    private ReceiptNames() {}

    /** The form of a receipt, which its name tells. */
    public enum Form {
        /** One C2SP cosignature line. */
        COSIGNATURE(TrustAnchors.Kind.WITNESSES),
        /** RFC 3161 response. */
        TIMESTAMP(TrustAnchors.Kind.TSA),
        /** Rekor v2 {@code TransparencyLogEntry}. */
        REKOR(TrustAnchors.Kind.LOGS),
        /** {@link LocalLogReceipt}. */
        LOCAL_LOG(TrustAnchors.Kind.LOGS);

        private final TrustAnchors.Kind kind;

        Form(TrustAnchors.Kind kind) {
            this.kind = kind;
        }

        /** What its party is. */
        public TrustAnchors.Kind kind() {
            return kind;
        }
    }

    /**
     * A receipt's name taken apart.
     *
     * @param party hex key id of a cosignature, else the id of the authority or log
     */
    public record Parsed(Form form, String party) {}

    /** The name of a cosignature by the key of this id. */
    public static String cosignature(int keyId) {
        return "cosignature-" + HexFormat.of().toHexDigits(keyId);
    }

    /** The name of a time-stamp by an authority. */
    public static String timestamp(String tsaId) {
        return tsaId + ".tsr";
    }

    /** The name of a Rekor entry. */
    public static String rekor(String logId) {
        return logId + ".rekor.json";
    }

    /** The name of a local log's receipt. */
    public static String localLog(String logId) {
        return logId + ".log.json";
    }

    /** What the name stands for; empty if it is no receipt's. */
    public static Optional<Parsed> parse(String name) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String cosigner = matcher.group("cosigner");
        if (cosigner != null) {
            return Optional.of(new Parsed(Form.COSIGNATURE, cosigner));
        }
        Form form =
                switch (matcher.group("form")) {
                    case "tsr" -> Form.TIMESTAMP;
                    case "rekor.json" -> Form.REKOR;
                    default -> Form.LOCAL_LOG;
                };
        return Optional.of(new Parsed(form, matcher.group("party")));
    }
}
