// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

import io.tallystick.entry.Bytes;
import io.tallystick.json.JsonObject;
import io.tallystick.trust.StrictBase64;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * DSSE v1 envelope with one signature: {@code bundle.dsse.json}. JCS.
 *
 * <table>
 *   <caption>Members</caption>
 *   <tr><th>{@code payload}</th><td>base64, RFC 4648 section 4, padded</td></tr>
 *   <tr><th>{@code payloadType}</th><td>text; {@value #IN_TOTO} in a bundle</td></tr>
 *   <tr><th>{@code signatures}</th><td>exactly one: {@code keyid} hex SHA-256 of the SPKI, {@code sig} base64 of the DER
 *       signature over {@link #pae()}</td></tr>
 * </table>
 */
public record Dsse(String payloadType, Bytes payload, String keyid, Bytes sig) {
    public static final String IN_TOTO = "application/vnd.in-toto+json";

    /** {@code "DSSEv1" SP LEN(type) SP type SP LEN(payload) SP payload}: the bytes that are signed. */
    public byte[] pae() {
        return pae(payloadType, payload.toByteArray());
    }

    /** The pre-authentication encoding of DSSE v1; lengths count bytes. */
    public static byte[] pae(String payloadType, byte[] payload) {
        byte[] type = payloadType.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream(payload.length + type.length + 32);
        out.writeBytes(("DSSEv1 " + type.length + " ").getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(type);
        out.writeBytes((" " + payload.length + " ").getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(payload);
        return out.toByteArray();
    }

    public byte[] encode() {
        return CanonicalJson.encode(JsonObject.builder()
                .put("payload", StrictBase64.encode(payload.toByteArray()))
                .put("payloadType", payloadType)
                .put(
                        "signatures",
                        CanonicalJson.objects(List.of(JsonObject.builder()
                                .put("keyid", keyid)
                                .put("sig", StrictBase64.encode(sig.toByteArray()))
                                .build())))
                .build());
    }

    /** @throws BundleException if the bytes are not what {@link #encode} writes */
    public static Dsse parse(byte[] bytes) throws BundleException {
        CanonicalJson members = CanonicalJson.parse(BundleLayout.DSSE, bytes, BundleLayout.LIST_BYTES_MAX);
        members.only("payload", "payloadType", "signatures");
        List<CanonicalJson> signatures = members.objects("signatures");
        if (signatures.size() != 1) {
            throw new BundleException(BundleLayout.DSSE + " has " + signatures.size() + " signatures, expected 1");
        }
        CanonicalJson signature = signatures.get(0);
        signature.only("keyid", "sig");
        Dsse envelope = new Dsse(
                members.text("payloadType"),
                Bytes.of(CanonicalJson.base64(BundleLayout.DSSE + " payload", members.text("payload"))),
                signature.hash("keyid").toString(),
                Bytes.of(CanonicalJson.base64(BundleLayout.DSSE + " sig", signature.text("sig"))));
        members.requireSame(envelope.encode());
        return envelope;
    }
}
