// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.tallystick.fixtures.TestKeys;
import io.tallystick.fixtures.TestSeed;
import io.tallystick.vectors.Vectors;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignaturesTest {
    private static final byte[] MESSAGE = "tallystick\n".getBytes(StandardCharsets.UTF_8);

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void whatAKeySignsItsPublicKeyVerifies(KeyAlgorithm algorithm) {
        // Given
        SigningKey key = TestKeys.key(algorithm, "a");

        // When
        byte[] signature = key.sign(MESSAGE);

        // Then
        assertThatCode(() -> Signatures.verify(algorithm, key.spki(), MESSAGE, signature))
                .doesNotThrowAnyException();
        PublicKey decoded = decoded(key.spki()).orElseThrow();
        for (int again = 0; again < 20; again++) {
            assertThatCode(() -> decoded.verify(MESSAGE, signature)).doesNotThrowAnyException();
        }
        assertThat(key.sign(MESSAGE)).as("deterministic").isEqualTo(signature);
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void anotherMessageKeyOrAlgorithmIsRefused(KeyAlgorithm algorithm) {
        // Given
        SigningKey key = TestKeys.key(algorithm, "a");
        byte[] signature = key.sign(MESSAGE);

        // Then
        refused(algorithm, key.spki(), new byte[0], signature);
        refused(algorithm, TestKeys.key(algorithm, "b").spki(), MESSAGE, signature);
        for (KeyAlgorithm other : KeyAlgorithm.values()) {
            if (other != algorithm) {
                refused(other, key.spki(), MESSAGE, signature);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void everyFlippedByteAndEveryOtherLengthIsRefused(KeyAlgorithm algorithm) {
        // Given
        Random random = TestSeed.random("everyFlippedByteAndEveryOtherLengthIsRefused");
        SigningKey key = TestKeys.key(algorithm, "a");
        byte[] signature = key.sign(MESSAGE);
        int step = algorithm == KeyAlgorithm.ML_DSA_44 ? 97 : 1;

        // Then
        for (int at = 0; at < signature.length; at += step) {
            byte[] flipped = signature.clone();
            flipped[at] ^= (byte) (1 << random.nextInt(8));
            refused(algorithm, key.spki(), MESSAGE, flipped);
            refused(algorithm, key.spki(), MESSAGE, Arrays.copyOf(signature, at));
        }
        refused(algorithm, key.spki(), MESSAGE, Arrays.copyOf(signature, signature.length + 1));
    }

    @Test
    void ecdsaNoncesAreThoseOfRfc6979() throws KeyException {
        // Given: the P-256 key of RFC 6979 A.2.5
        String d = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
        SigningKey key = PrivateKey.decode(
                HexFormat.of().parseHex("3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420" + d));

        // When
        byte[] signature = key.sign("sample".getBytes(StandardCharsets.US_ASCII));

        // Then
        assertThat(HexFormat.of().formatHex(signature))
                .contains("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716")
                .endsWith("f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
    }

    @Test
    void ecdsaInAnyOtherFormThanDerIsRefused() {
        // Given
        SigningKey key = TestKeys.checkpointP256();
        byte[] signature = key.sign(MESSAGE);
        BigInteger[] rs = rs(signature);
        BigInteger n = PublicKeys.P256.getN();

        // Then
        assertThat(der(rs[0], rs[1])).isEqualTo(signature);
        refused(KeyAlgorithm.ECDSA_P256, key.spki(), MESSAGE, der(rs[0].add(n), rs[1]));
        refused(KeyAlgorithm.ECDSA_P256, key.spki(), MESSAGE, der(rs[0], rs[1].add(n)));
        refused(KeyAlgorithm.ECDSA_P256, key.spki(), MESSAGE, der(rs[0], rs[1].negate()));
        refused(KeyAlgorithm.ECDSA_P256, key.spki(), MESSAGE, der(BigInteger.ZERO, rs[1]));
        refused(KeyAlgorithm.ECDSA_P256, key.spki(), MESSAGE, der(rs[0], BigInteger.ZERO));
        refused(KeyAlgorithm.ECDSA_P256, key.spki(), MESSAGE, der(n, rs[1]));
        refused(KeyAlgorithm.ECDSA_P256, key.spki(), MESSAGE, longLength(signature));
        refused(KeyAlgorithm.ECDSA_P256, key.spki(), MESSAGE, indefiniteLength(signature));
    }

    private static BigInteger[] rs(byte[] der) {
        int rLength = der[3];
        BigInteger r = new BigInteger(Arrays.copyOfRange(der, 4, 4 + rLength));
        BigInteger s = new BigInteger(Arrays.copyOfRange(der, 6 + rLength, der.length));
        return new BigInteger[] {r, s};
    }

    private static byte[] der(BigInteger r, BigInteger s) {
        HexFormat hex = HexFormat.of();
        String body = "02" + hex.toHexDigits((byte) r.toByteArray().length) + hex.formatHex(r.toByteArray()) + "02"
                + hex.toHexDigits((byte) s.toByteArray().length) + hex.formatHex(s.toByteArray());
        return hex.parseHex("30" + hex.toHexDigits((byte) (body.length() / 2)) + body);
    }

    private static byte[] longLength(byte[] der) {
        HexFormat hex = HexFormat.of();
        return hex.parseHex("3081" + hex.formatHex(der).substring(2));
    }

    private static byte[] indefiniteLength(byte[] der) {
        HexFormat hex = HexFormat.of();
        return hex.parseHex("3080" + hex.formatHex(der).substring(4) + "0000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0100000000000000000000000000000000000000000000000000000000000000",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0000000000000000000000000000000000000000000000000000000000000080",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
                "0100000000000000000000000000000000000000000000000000000000000080",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
            })
    void anEd25519KeyOfSmallOrderOrOffTheCurveIsRefused(String key) {
        // Given: R = identity and S = 0 verify under a key of order 1 if nobody looks at the key
        byte[] spki = PublicKeys.ed25519Spki(HexFormat.of().parseHex(key));
        byte[] forged = new byte[64];
        forged[0] = 1;

        // Then
        refused(KeyAlgorithm.ED25519, spki, MESSAGE, forged);
        assertThatExceptionOfType(KeyException.class).isThrownBy(() -> PublicKeys.algorithm(spki));
    }

    @Test
    void signaturesOfOpensslVerify() throws Exception {
        for (KeyAlgorithm algorithm : List.of(KeyAlgorithm.ED25519, KeyAlgorithm.ECDSA_P256)) {
            String name = algorithm == KeyAlgorithm.ED25519 ? "ed25519" : "p256";
            byte[] spki = OpensslFiles.publicKey(name);

            Signatures.verify(algorithm, spki, MESSAGE, Vectors.bytes("openssl/" + name + ".sig"));
            assertThat(PublicKeys.algorithm(spki)).isEqualTo(algorithm);
            assertThat(PublicKeys.pem(spki)).isEqualTo(Vectors.bytes("openssl/" + name + ".pub.pem"));
        }
    }

    @Test
    void aPublicKeyInAnyOtherFormIsRefused() {
        HexFormat hex = HexFormat.of();
        String p256 = hex.formatHex(TestKeys.checkpointP256().spki());
        String ed25519 = hex.formatHex(TestKeys.checkpointEd25519().spki());
        String point = p256.substring(54);
        String compressed = "3039301306072a8648ce3d020106082a8648ce3d030107032200" + "02" + point.substring(0, 64);
        for (String bad : List.of(
                "",
                "00",
                p256 + "00",
                p256.substring(2),
                p256.substring(0, p256.length() - 2),
                p256.substring(0, p256.length() - 2) + (p256.endsWith("00") ? "01" : "00"),
                p256.replace("2a8648ce3d030107", "2a8648ce3d030106"),
                compressed,
                ed25519.replace("302a300506032b6570", "302a300506032b6571"),
                ed25519.replace("302a300506032b6570032100", "302c300706032b65700500032100"),
                ed25519.replace("302a", "30812a"),
                ed25519.replace("302a300506032b6570032100", "3029300506032b6570032000")
                        .substring(0, 86))) {
            assertThatExceptionOfType(KeyException.class)
                    .as(bad)
                    .isThrownBy(() -> PublicKeys.algorithm(hex.parseHex(bad)));
        }
    }

    @Test
    void aClosedKeyRefusesToSign() {
        // Given
        SigningKey key = TestKeys.key(KeyAlgorithm.ED25519, "closed");

        // When
        key.close();

        // Then
        assertThatIllegalStateException().isThrownBy(() -> key.sign(MESSAGE));
        assertThat(key.keyId()).hasSize(64);
    }

    @ParameterizedTest
    @ValueSource(strings = {"A", "AA", "AA=", "AB==", "AAB=", "AA==\n", " AA==", "AA==AA==", "A-_A", "AAAA=", "===="})
    void base64InAnyOtherFormIsRefused(String text) {
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> StrictBase64.decode(text));
    }

    private static void refused(KeyAlgorithm algorithm, byte[] spki, byte[] message, byte[] signature) {
        assertThatExceptionOfType(InvalidSignatureException.class)
                .isThrownBy(() -> Signatures.verify(algorithm, spki, message, signature));
        decoded(spki).filter(key -> key.algorithm() == algorithm).ifPresent(key -> assertThatExceptionOfType(
                        InvalidSignatureException.class)
                .isThrownBy(() -> key.verify(message, signature)));
    }

    /** Empty if the key itself is refused. */
    private static Optional<PublicKey> decoded(byte[] spki) {
        try {
            return Optional.of(PublicKey.of(spki));
        } catch (KeyException e) {
            return Optional.empty();
        }
    }
}
