// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.entry.Bytes;
import io.tallystick.tree.Hash;
import io.tallystick.trust.InvalidSignatureException;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.Signatures;
import io.tallystick.vectors.Vectors;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** DSSE v1 as others write and sign it; see vectors/dsse/README.md. */
class DsseVectorsTest {
    private static final BigInteger ORDER =
            new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);

    static Stream<JsonNode> paeCases() {
        return Vectors.stream(Vectors.json("dsse/protocol-vector.json").get("pae"));
    }

    static Stream<JsonNode> envelopes() {
        return Vectors.stream(Vectors.json("dsse/expected.json").get("envelopes"));
    }

    private static byte[] base64(JsonNode node) {
        return Base64.getDecoder().decode(node.asText());
    }

    @ParameterizedTest
    @MethodSource("paeCases")
    void preAuthenticationEncodingIsThatOfTheProtocol(JsonNode pae) {
        assertThat(Dsse.pae(pae.get("payloadType").asText(), base64(pae.get("payload_b64"))))
                .isEqualTo(pae.get("want_utf8").asText().getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void signatureOfTheProtocolsExampleVerifies() throws Exception {
        // Given
        JsonNode vector = Vectors.json("dsse/protocol-vector.json");
        JsonNode envelope = vector.get("envelope");
        byte[] spki = spki(vector.get("key"));
        byte[] raw = base64(envelope.get("signatures").get(0).get("sig"));
        byte[] der = StandardDSAEncoding.INSTANCE.encode(
                ORDER, new BigInteger(1, raw, 0, 32), new BigInteger(1, raw, 32, 32));
        byte[] pae = Dsse.pae(envelope.get("payloadType").asText(), base64(envelope.get("payload")));

        // When, Then
        assertThatCode(() -> Signatures.verify(KeyAlgorithm.ECDSA_P256, spki, pae, der))
                .doesNotThrowAnyException();
        pae[pae.length - 1] ^= 1;
        assertThatThrownBy(() -> Signatures.verify(KeyAlgorithm.ECDSA_P256, spki, pae, der))
                .isInstanceOf(InvalidSignatureException.class);
    }

    private static byte[] spki(JsonNode key) {
        String point = String.format(
                "%064x%064x",
                new BigInteger(key.get("x_dec").asText()),
                new BigInteger(key.get("y_dec").asText()));
        return HexFormat.of().parseHex("3059301306072a8648ce3d020106082a8648ce3d030107034200" + "04" + point);
    }

    @ParameterizedTest
    @MethodSource("envelopes")
    void encodingOfRealEnvelopesHasTheExpectedDigest(JsonNode expected) {
        // Given
        JsonNode envelope = Vectors.json("dsse/" + expected.get("file").asText());

        // When
        byte[] pae = Dsse.pae(envelope.get("payloadType").asText(), base64(envelope.get("payload")));

        // Then
        assertThat(Hash.sha256(pae)).hasToString(expected.get("pae_sha256").asText());
    }

    @ParameterizedTest
    @MethodSource("envelopes")
    void envelopesOfOtherShapesThanOursAreRefused(JsonNode expected) {
        // Given: not canonical, without a key id, or with two signatures
        byte[] envelope = Vectors.bytes("dsse/" + expected.get("file").asText());

        // When, Then
        assertThatThrownBy(() -> Dsse.parse(envelope)).isInstanceOf(BundleException.class);
    }

    @Test
    void rekorsEcdsaSignatureVerifiesOverOurEncoding() {
        // Given
        JsonNode envelope = Vectors.json("dsse/rekor/intoto_dsse.json");
        String pem = new String(Vectors.bytes("dsse/rekor/intoto_dsse.pem"), StandardCharsets.US_ASCII);
        byte[] spki = Base64.getMimeDecoder()
                .decode(pem.replaceAll("-----[A-Z ]+-----", "").strip());
        Dsse ours = new Dsse(
                envelope.get("payloadType").asText(),
                Bytes.of(base64(envelope.get("payload"))),
                Hash.sha256(spki).toString(),
                Bytes.of(base64(envelope.get("signatures").get(0).get("sig"))));

        // When, Then
        assertThatCode(() -> Signatures.verify(
                        KeyAlgorithm.ECDSA_P256, spki, ours.pae(), ours.sig().toByteArray()))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> Signatures.verify(
                        KeyAlgorithm.ECDSA_P256,
                        spki,
                        ours.payload().toByteArray(),
                        ours.sig().toByteArray()))
                .isInstanceOf(InvalidSignatureException.class);
    }
}
