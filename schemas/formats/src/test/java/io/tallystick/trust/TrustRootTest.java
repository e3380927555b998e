// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.json.Jcs;
import io.tallystick.json.JsonException;
import io.tallystick.json.JsonParser;
import io.tallystick.tree.Hash;
import io.tallystick.trust.TrustedKey.Standing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class TrustRootTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LEDGER = "ledger.example.com";
    private static final TrustRoot ROOT = TestKeys.trustRoot(LEDGER);
    private static final byte[] DOMAIN = "tallystick/trust-root/v1\0".getBytes(StandardCharsets.US_ASCII);

    @Test
    void comesBackFromItsFile() throws TrustException {
        // When
        TrustRoot back = TrustRoot.parse(ROOT.encode());

        // Then
        assertThat(back).isEqualTo(ROOT).hasSameHashCodeAs(ROOT);
        assertThat(back.encode()).isEqualTo(ROOT.encode());
        assertThat(back.fingerprint()).isEqualTo(ROOT.fingerprint());
    }

    @Test
    void theFingerprintIsTheHashOfTheCanonicalSignedPart() throws Exception {
        // Given
        JsonNode signed = JSON.readTree(ROOT.encode()).get("signed");

        // When
        Hash expected = Hash.sha256(canonical(signed));

        // Then
        assertThat(ROOT.fingerprint()).isEqualTo(expected);
    }

    @Test
    void hasExactlyTheMembersOfTheFormat() throws Exception {
        // When
        JsonNode file = JSON.readTree(ROOT.encode());

        // Then
        assertThat(names(file)).containsExactly("signatures", "signed");
        JsonNode signed = file.get("signed");
        assertThat(names(signed))
                .containsExactly(
                        "anchors",
                        "expires",
                        "issued",
                        "keys",
                        "ledger",
                        "policy",
                        "previous",
                        "roles",
                        "type",
                        "v",
                        "version");
        assertThat(names(signed.get("keys").get(0)))
                .containsExactly("alg", "keyId", "notAfter", "notBefore", "roles", "scopes", "spki", "status");
        assertThat(signed.get("roles").toString())
                .isEqualTo(
                        "{\"bundle\":{\"require\":[[\"ecdsa-p256\"]]},\"checkpoint\":{\"require\":[[\"ecdsa-p256\"]]},"
                                + "\"root\":{\"keyIds\":[\"" + TestKeys.root().keyId() + "\"],\"threshold\":1}}");
        assertThat(signed.get("anchors").toString()).isEqualTo("{\"logs\":[],\"tsa\":[],\"witnesses\":[]}");
        assertThat(signed.get("policy").toString())
                .isEqualTo("{\"minRetentionDays\":0,\"requireAnchors\":[],\"witnessQuorum\":0}");
        assertThat(signed.get("issued").textValue()).isEqualTo("2026-01-01T00:00:00.000Z");
        assertThat(signed.get("previous").textValue()).isEmpty();
    }

    @Test
    void whiteSpaceAndOrderOfMembersDoNotMatter() throws Exception {
        // Given
        byte[] pretty = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(JSON.readTree(ROOT.encode()));

        // Then
        assertThat(TrustRoot.parse(pretty)).isEqualTo(ROOT);
    }

    @Test
    void findsKeysByRoleAndOrigin() {
        // Given
        String p256 = TestKeys.checkpointP256().keyId();
        String ed25519 = TestKeys.checkpointEd25519().keyId();
        String bundle = TestKeys.bundle().keyId();

        // Then
        assertThat(ROOT.keys(TrustRole.CHECKPOINT, LEDGER))
                .map(TrustedKey::keyId)
                .containsExactly(ed25519, p256);
        assertThat(ROOT.keys(TrustRole.CHECKPOINT, LEDGER + "/acme/3"))
                .map(TrustedKey::keyId)
                .containsExactly(ed25519, p256);
        assertThat(ROOT.keys(TrustRole.BUNDLE, LEDGER)).map(TrustedKey::keyId).containsExactly(bundle);
        assertThat(ROOT.key(bundle)).isPresent();
        assertThat(ROOT.key("00")).isEmpty();
        for (String elsewhere : List.of("", "ledger.example.co", LEDGER + "x", LEDGER + "/", "other/" + LEDGER)) {
            assertThat(ROOT.keys(TrustRole.CHECKPOINT, elsewhere)).as(elsewhere).isEmpty();
        }
    }

    @Test
    void saysWhichRequiredAlgorithmsAreMissing() throws Exception {
        // Given
        TrustRoot both = builder()
                .requireForCheckpoints(
                        List.of(Set.of(KeyAlgorithm.ECDSA_P256), Set.of(KeyAlgorithm.ML_DSA_44, KeyAlgorithm.ED25519)))
                .sign(TestKeys.root());

        // Then
        assertThat(missing(both, TestKeys.EXPIRES, KeyAlgorithm.ECDSA_P256, KeyAlgorithm.ED25519))
                .isEmpty();
        assertThat(missing(both, TestKeys.EXPIRES, KeyAlgorithm.ECDSA_P256))
                .containsExactly(Set.of(KeyAlgorithm.ML_DSA_44, KeyAlgorithm.ED25519));
        assertThat(missing(both, TestKeys.EXPIRES)).hasSize(2);
        assertThat(both.missing(TrustRole.BUNDLE, LEDGER, TestKeys.EXPIRES, List.of(KeyAlgorithm.ED25519)))
                .hasSize(1);
        assertThatIllegalArgumentException().isThrownBy(() -> both.require(TrustRole.ROOT));
    }

    private static List<Set<KeyAlgorithm>> missing(TrustRoot root, Instant windowEnd, KeyAlgorithm... verified) {
        return root.missing(TrustRole.CHECKPOINT, LEDGER, windowEnd, List.of(verified));
    }

    private static TrustedKey mlDsa(String name, Instant notBefore, KeyStatus status) throws KeyException {
        return new TrustedKey(
                PublicKey.of(TestKeys.key(KeyAlgorithm.ML_DSA_44, name).spki()),
                Set.of(TrustRole.CHECKPOINT),
                List.of(LEDGER),
                notBefore,
                TestKeys.EXPIRES,
                status,
                Optional.empty());
    }

    @Test
    void anAlgorithmIsRequiredFromTheFirstOfItsKeysOn() throws Exception {
        // Given
        Instant first = Instant.parse("2027-01-01T00:00:00Z");
        Set<KeyAlgorithm> demanded = Set.of(KeyAlgorithm.ML_DSA_44);
        TrustRoot root = builder()
                .key(mlDsa("b", first.plusSeconds(900), KeyStatus.ACTIVE))
                .key(mlDsa("a", first, KeyStatus.REVOKED))
                .requireForCheckpoints(List.of(Set.of(KeyAlgorithm.ECDSA_P256), demanded))
                .sign(TestKeys.root());

        // Then
        assertThat(missing(root, first.minusMillis(1), KeyAlgorithm.ECDSA_P256)).isEmpty();
        assertThat(missing(root, first, KeyAlgorithm.ECDSA_P256)).containsExactly(demanded);
        assertThat(missing(root, first.plusSeconds(1800), KeyAlgorithm.ECDSA_P256, KeyAlgorithm.ML_DSA_44))
                .isEmpty();
        assertThat(missing(root, first.minusMillis(1), KeyAlgorithm.ML_DSA_44))
                .as("what is older is required as before")
                .containsExactly(Set.of(KeyAlgorithm.ECDSA_P256));
        assertThat(root.missing(
                        TrustRole.CHECKPOINT,
                        LEDGER + "/acme/0",
                        first.minusMillis(1),
                        List.of(KeyAlgorithm.ECDSA_P256)))
                .as("no key is listed for this origin that could ever give it")
                .containsExactly(demanded);
    }

    @Test
    void somethingIsRequiredOfEveryWindow() throws Exception {
        // Given
        TrustRoot root = builder().sign(TestKeys.root());

        // Then
        assertThat(missing(root, TestKeys.ISSUED.minusMillis(1)))
                .as("a window before all keys")
                .containsExactly(Set.of(KeyAlgorithm.ECDSA_P256));
    }

    @Test
    void aKeyCountsWithinItsValidityAndAsItsStatusSays() throws Exception {
        // Given
        Instant from = TestKeys.ISSUED;
        Instant to = TestKeys.EXPIRES;

        // Then
        for (KeyStatus status : List.of(KeyStatus.ACTIVE, KeyStatus.RETIRED)) {
            TrustedKey key = key("a", status, Optional.empty());
            assertThat(key.standing(from)).isEqualTo(Standing.VALID);
            assertThat(key.standing(to)).isEqualTo(Standing.VALID);
            assertThat(key.standing(from.minusMillis(1))).isEqualTo(Standing.NOT_YET_VALID);
            assertThat(key.standing(to.plusMillis(1))).isEqualTo(Standing.EXPIRED);
        }
        assertThat(key("a", KeyStatus.REVOKED, Optional.empty()).standing(from)).isEqualTo(Standing.REVOKED);
        assertThat(key("a", KeyStatus.COMPROMISED, Optional.of(to)).standing(from))
                .as("a claimed time before the compromise proves nothing")
                .isEqualTo(Standing.COMPROMISED);
    }

    @Test
    void aKeyIsRetiredAtTheEndOfItsValidity() throws Exception {
        // Given
        TrustedKey ended = key("old", KeyStatus.ACTIVE, Optional.empty())
                .with(KeyStatus.RETIRED, TestKeys.ISSUED, Optional.empty());

        // When
        TrustRoot root = builder().key(ended).sign(TestKeys.root());

        // Then
        assertThat(TrustRoot.parse(root.encode())
                        .key(ended.keyId())
                        .orElseThrow()
                        .standing(TestKeys.ISSUED))
                .isEqualTo(Standing.VALID);
        assertThat(ended.standing(TestKeys.ISSUED.plusMillis(1))).isEqualTo(Standing.EXPIRED);
    }

    @Test
    void keepsEverythingOptionalThroughItsFile() throws Exception {
        // Given
        TrustAnchors.ValidFor validFor = new TrustAnchors.ValidFor(TestKeys.ISSUED, TestKeys.EXPIRES);
        TrustRoot full = builder()
                .key(key("old", KeyStatus.COMPROMISED, Optional.of(TestKeys.ISSUED)))
                .anchors(new TrustAnchors(
                        List.of(new TrustAnchors.Tsa("tsa1", List.of("MAA="), List.of("1.3.6"), validFor)),
                        List.of(new TrustAnchors.Log("local", "file-log", "log", "log+1+AA", validFor)),
                        List.of(new TrustAnchors.Witness("w.example+1+AA"))))
                .policy(new TrustPolicy(Set.of(TrustAnchors.Kind.WITNESSES), 1, 2555))
                .sign(TestKeys.root());

        // Then
        assertThat(TrustRoot.parse(full.encode())).isEqualTo(full);
    }

    @Test
    void aNewVersionIsSignedByTheOldRootKeyAsWell() throws Exception {
        // Given
        SigningKey newRoot = TestKeys.key(KeyAlgorithm.ED25519, "root 2");
        TrustRoot next = builder().following(ROOT).sign(newRoot, TestKeys.root());
        TrustRoot unsigned = builder().following(ROOT).sign(newRoot);
        TrustRoot later = builder().following(next).sign(newRoot, TestKeys.root());
        TrustRoot stranger =
                builder().following(TestKeys.trustRoot("other.example.com")).sign(TestKeys.root());

        // Then
        assertThatCode(() -> ROOT.verifySuccessor(TrustRoot.parse(next.encode())))
                .doesNotThrowAnyException();
        refused(() -> ROOT.verifySuccessor(unsigned));
        refused(() -> ROOT.verifySuccessor(later));
        refused(() -> ROOT.verifySuccessor(stranger));
        refused(() -> ROOT.verifySuccessor(ROOT));
        refused(() -> TestKeys.trustRoot("other.example.com").verifySuccessor(next));
    }

    /** Each breaks one rule; the file is signed again afterwards, so that only the rule is in the way. */
    @TestFactory
    Stream<DynamicTest> refusesEveryBrokenRule() {
        String rootId = TestKeys.root().keyId();
        return Stream.of(
                broken("an unknown member", s -> s.put("x", 1)),
                broken("an unknown member of roles", s -> object(s, "roles").putObject("x")),
                broken("an unknown member of a role", s -> object(s, "roles", "root")
                        .put("x", 1)),
                broken("an unknown member of a key", s -> key(s, 0).put("custody", "file")),
                broken("an unknown member of anchors", s -> object(s, "anchors").putArray("x")),
                broken(
                        "an unknown member of a witness",
                        s -> array(s, "anchors", "witnesses").addObject().put("id", "w")),
                broken("an unknown member of the policy", s -> object(s, "policy")
                        .put("x", 1)),
                broken("no type", s -> s.remove("type")),
                broken("another type", s -> s.put("type", "trust")),
                broken("no v", s -> s.remove("v")),
                broken("another v", s -> s.put("v", 2)),
                broken("no version", s -> s.remove("version")),
                broken("version 0", s -> s.put("version", 0)),
                broken("a fractional version", s -> s.put("version", 1.5)),
                broken("a version with a decimal point", s -> s.put("version", 1.0)),
                broken("a version as text", s -> s.put("version", "1")),
                broken("version 1 with a previous one", s -> s.put("previous", "00".repeat(32))),
                broken("version 2 without a previous one", s -> s.put("version", 2)),
                broken("previous not hex", s -> s.put("version", 2).put("previous", "x")),
                broken("previous in capitals", s -> s.put("version", 2).put("previous", "AA".repeat(32))),
                broken("no previous", s -> s.remove("previous")),
                broken("a null", s -> s.putNull("previous")),
                broken("no issued", s -> s.remove("issued")),
                broken("issued without fraction", s -> s.put("issued", "2026-01-01T00:00:00Z")),
                broken("expires before issued", s -> s.put("expires", "2025-01-01T00:00:00.000Z")),
                broken("no expires", s -> s.remove("expires")),
                broken("no ledger", s -> s.remove("ledger")),
                broken("an empty ledger", s -> s.put("ledger", "")),
                broken("a ledger with a space", s -> s.put("ledger", "a b")),
                broken("a ledger with a plus", s -> s.put("ledger", "a+b")),
                broken("a ledger of 129 bytes", s -> s.put("ledger", "a".repeat(129))),
                broken("no roles", s -> s.remove("roles")),
                broken("no root role", s -> object(s, "roles").remove("root")),
                broken("no checkpoint role", s -> object(s, "roles").remove("checkpoint")),
                broken("no bundle role", s -> object(s, "roles").remove("bundle")),
                broken("no root keys", s -> object(s, "roles", "root").putArray("keyIds")),
                broken("threshold 0", s -> object(s, "roles", "root").put("threshold", 0)),
                broken("threshold -1", s -> object(s, "roles", "root").put("threshold", -1)),
                broken("threshold over the keys", s -> object(s, "roles", "root")
                        .put("threshold", 2)),
                broken("threshold over 2^31", s -> object(s, "roles", "root").put("threshold", 4294967297L)),
                broken("a root key twice", s -> array(s, "roles", "root", "keyIds")
                        .add(rootId)),
                broken("an unlisted root key", s -> array(s, "roles", "root", "keyIds")
                        .add("00".repeat(32))),
                broken("a root key without the role", s -> roles(s, 0, "checkpoint")),
                broken("a retired root key", s -> key(s, 0).put("status", "retired")),
                broken("a checkpoint without algorithm", s -> array(s, "roles", "checkpoint", "require")
                        .removeAll()),
                broken("an empty choice", s -> array(s, "roles", "checkpoint", "require")
                        .addArray()),
                broken("a bundle without algorithm", s -> array(s, "roles", "bundle", "require")
                        .removeAll()),
                broken(
                        "an unknown algorithm",
                        s -> array(s, "roles", "bundle", "require").addArray().add("rsa")),
                broken("an algorithm twice", s -> array(s, "roles", "bundle", "require")
                        .addArray()
                        .add("ed25519")
                        .add("ed25519")),
                broken("a flat require", s -> array(s, "roles", "bundle", "require")
                        .add("ecdsa-p256")),
                broken("a key twice", s -> array(s, "keys").add(key(s, 1).deepCopy())),
                broken("a key id of another key", s -> key(s, 1).put("keyId", rootId)),
                broken("a key id in capitals", s -> key(s, 1)
                        .put("keyId", TestKeys.checkpointEd25519().keyId().toUpperCase(java.util.Locale.ROOT))),
                broken("another alg than the key's", s -> key(s, 1).put("alg", "ecdsa-p256")),
                broken("an unknown alg", s -> key(s, 1).put("alg", "ed448")),
                broken("a key without role", s -> roles(s, 1)),
                broken("an unknown role", s -> roles(s, 1, "checkpoint", "witness")),
                broken("a role twice", s -> roles(s, 1, "checkpoint", "checkpoint")),
                broken("a checkpoint key for bundles", s -> roles(s, 2, "bundle", "checkpoint")),
                broken("an Ed25519 bundle key", s -> roles(s, 1, "bundle")),
                broken("a scope twice", s -> array(key(s, 1), "scopes").add(LEDGER)),
                broken("an empty scope", s -> array(key(s, 1), "scopes").add("")),
                broken("a scope of everything", s -> array(key(s, 1), "scopes").add("*")),
                broken("a scope with an inner star", s -> array(key(s, 1), "scopes")
                        .add("a/*/b")),
                broken("a scope with a space", s -> array(key(s, 1), "scopes").add("a b")),
                broken("no scopes", s -> key(s, 1).remove("scopes")),
                broken("no spki", s -> key(s, 1).remove("spki")),
                broken("an spki without padding", s -> key(s, 2)
                        .put("spki", key(s, 2).get("spki").textValue().replace("=", ""))),
                broken("a small-order key", s -> spki(s, PublicKeys.ed25519Spki(identity()))),
                broken("a short key", s -> spki(s, PublicKeys.ed25519Spki(new byte[31]))),
                broken("a long key", s -> spki(s, PublicKeys.ed25519Spki(new byte[33]))),
                broken("no notBefore", s -> key(s, 1).remove("notBefore")),
                broken("no notAfter", s -> key(s, 1).remove("notAfter")),
                broken("a validity that ends before it begins", s -> key(s, 1)
                        .put("notAfter", "2020-01-01T00:00:00.000Z")),
                broken("no status", s -> key(s, 1).remove("status")),
                broken("an unknown status", s -> key(s, 1).put("status", "lost")),
                broken(
                        "a retired key that is still valid",
                        s -> key(s, 2).put("status", "retired").put("notAfter", "2026-01-01T00:00:00.001Z")),
                broken("compromised without since", s -> key(s, 1).put("status", "compromised")),
                broken("since without compromised", s -> key(s, 1).put("compromisedSince", "2026-01-01T00:00:00.000Z")),
                broken("no keys", s -> s.remove("keys")),
                broken("keys as an object", s -> s.putObject("keys")),
                broken("no anchors", s -> s.remove("anchors")),
                broken("no witnesses", s -> object(s, "anchors").remove("witnesses")),
                broken("a witness twice", s -> {
                    array(s, "anchors", "witnesses").addObject().put("vkey", "w");
                    array(s, "anchors", "witnesses").addObject().put("vkey", "w");
                }),
                broken("a witness as text", s -> array(s, "anchors", "witnesses")
                        .add("w")),
                broken("a quorum over the witnesses", s -> object(s, "policy").put("witnessQuorum", 1)),
                broken("a negative quorum", s -> object(s, "policy").put("witnessQuorum", -1)),
                broken("negative retention", s -> object(s, "policy").put("minRetentionDays", -1)),
                broken("an unknown anchor kind", s -> array(s, "policy", "requireAnchors")
                        .add("blockchain")),
                broken(
                        "an anchor kind twice",
                        s -> array(s, "policy", "requireAnchors").add("tsa").add("tsa")),
                broken("no policy", s -> s.remove("policy")));
    }

    @Test
    void signingAgainAfterAHarmlessChangeIsAccepted() throws Exception {
        // Given: shows that the negative cases fail for their rule and not for how they were made
        ObjectNode signed = signed();
        object(signed, "policy").put("minRetentionDays", 7);

        // When
        TrustRoot root = TrustRoot.parse(file(signed));

        // Then
        assertThat(root.policy().minRetentionDays()).isEqualTo(7);
    }

    @Test
    void refusesAnyChangeThatIsNotSigned() throws Exception {
        // Given
        ObjectNode file = (ObjectNode) JSON.readTree(ROOT.encode());
        object(file, "signed", "policy").put("minRetentionDays", 7);

        // Then
        refusedFile(file);
    }

    @Test
    void refusesMissingWrongAndDoubledSignatures() throws Exception {
        SigningKey root = TestKeys.root();
        String keyId = root.keyId();
        String good = signature(root, signed(), DOMAIN);
        String stranger = signature(TestKeys.bundle(), signed(), DOMAIN);
        String otherDomain = signature(root, signed(), new byte[0]);

        refusedFile(fileWith());
        refusedFile(fileWith(keyId, stranger));
        refusedFile(fileWith(keyId, otherDomain));
        refusedFile(fileWith(keyId, ""));
        refusedFile(fileWith(keyId, "!"));
        refusedFile(fileWith(keyId, good, keyId, good));
        refusedFile(fileWith("x", good));
        refusedFile(fileWith(TestKeys.bundle().keyId(), stranger));
        assertThatCode(() -> TrustRoot.parse(JSON.writeValueAsBytes(
                        fileWith(keyId, good, TestKeys.bundle().keyId(), "AAAA"))))
                .as("a stranger's signature is ignored")
                .doesNotThrowAnyException();
    }

    @Test
    void refusesWhatIsNotOneObjectOfTwoMembers() throws Exception {
        String text = new String(ROOT.encode(), StandardCharsets.UTF_8);
        for (String bad : List.of(
                "",
                "null",
                "[]",
                "{}",
                text + text,
                text.substring(0, text.length() - 1) + ",\"x\":1}",
                text.substring(0, text.length() - 1) + ",\"signatures\":[]}",
                text.replace("\"version\":1", "\"version\":1,\"version\":1"),
                text.replace("\"version\":1", "\"version\":1,\"\\u0076ersion\":1"),
                "\ufeff" + text,
                text.replace("[]", "[".repeat(40) + "]".repeat(40)),
                "{\"signatures\":[]}",
                " ".repeat(TrustRoot.SIZE_MAX) + text)) {
            refused(() -> TrustRoot.parse(bad.getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Test
    void theBuilderRefusesBadKeys() {
        assertThatExceptionOfType(KeyException.class).isThrownBy(() -> builder().checkpointKey(new byte[3]));
        assertThatIllegalArgumentException().isThrownBy(() -> builder()
                .bundleKey(TestKeys.checkpointEd25519().spki()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().bundleKey(TestKeys.root().spki()).sign(TestKeys.root()));
    }

    private static DynamicTest broken(String rule, Consumer<ObjectNode> change) {
        return DynamicTest.dynamicTest(rule, () -> {
            // Given
            ObjectNode signed = signed();
            change.accept(signed);

            // Then
            assertThatExceptionOfType(TrustException.class)
                    .isThrownBy(() -> TrustRoot.parse(file(signed)))
                    .satisfies(e -> assertThat(e).hasMessageNotContaining("signature of root key"));
        });
    }

    private static TrustRootBuilder builder() throws KeyException {
        return new TrustRootBuilder(LEDGER, TestKeys.ISSUED, TestKeys.EXPIRES)
                .checkpointKey(TestKeys.checkpointP256().spki())
                .bundleKey(TestKeys.bundle().spki());
    }

    private static TrustedKey key(String name, KeyStatus status, Optional<Instant> since) throws KeyException {
        return new TrustedKey(
                PublicKey.of(TestKeys.key(KeyAlgorithm.ECDSA_P256, name).spki()),
                Set.of(TrustRole.CHECKPOINT),
                List.of(LEDGER),
                TestKeys.ISSUED,
                TestKeys.EXPIRES,
                status,
                since);
    }

    private static ObjectNode signed() throws IOException {
        return (ObjectNode) JSON.readTree(ROOT.encode()).get("signed");
    }

    private static byte[] file(ObjectNode signed) throws Exception {
        ObjectNode file = JSON.createObjectNode();
        file.set("signed", signed);
        file.putArray("signatures")
                .addObject()
                .put("keyId", TestKeys.root().keyId())
                .put("sig", signature(TestKeys.root(), signed, DOMAIN));
        return JSON.writeValueAsBytes(file);
    }

    private static ObjectNode fileWith(String... keyIdsAndSignatures) throws IOException {
        ObjectNode file = JSON.createObjectNode();
        file.set("signed", signed());
        ArrayNode signatures = file.putArray("signatures");
        for (int i = 0; i < keyIdsAndSignatures.length; i += 2) {
            signatures.addObject().put("keyId", keyIdsAndSignatures[i]).put("sig", keyIdsAndSignatures[i + 1]);
        }
        return file;
    }

    private static String signature(SigningKey key, ObjectNode signed, byte[] domain) throws Exception {
        byte[] canonical = canonical(signed);
        byte[] message = new byte[domain.length + canonical.length];
        System.arraycopy(domain, 0, message, 0, domain.length);
        System.arraycopy(canonical, 0, message, domain.length, canonical.length);
        return StrictBase64.encode(key.sign(message));
    }

    private static byte[] canonical(JsonNode node) throws IOException, JsonException {
        return Jcs.encode(JsonParser.parse(JSON.writeValueAsBytes(node), 64));
    }

    private static List<String> names(JsonNode node) {
        return node.properties().stream().map(java.util.Map.Entry::getKey).toList();
    }

    private static ObjectNode object(ObjectNode from, String... path) {
        JsonNode node = from;
        for (String name : path) {
            node = node.get(name);
        }
        return (ObjectNode) node;
    }

    private static ArrayNode array(ObjectNode from, String... path) {
        JsonNode node = from;
        for (String name : path) {
            node = node.get(name);
        }
        return (ArrayNode) node;
    }

    /** 0 root, 1 Ed25519 checkpoint, 2 P-256 checkpoint, 3 bundle. */
    private static ObjectNode key(ObjectNode signed, int index) {
        return (ObjectNode) signed.get("keys").get(index);
    }

    private static void roles(ObjectNode signed, int key, String... names) {
        ArrayNode roles = key(signed, key).putArray("roles");
        for (String name : names) {
            roles.add(name);
        }
    }

    private static void spki(ObjectNode signed, byte[] spki) {
        key(signed, 1).put("spki", StrictBase64.encode(spki)).put("keyId", PublicKeys.keyId(spki));
    }

    private static byte[] identity() {
        byte[] identity = new byte[32];
        identity[0] = 1;
        return identity;
    }

    private static void refusedFile(ObjectNode file) throws IOException {
        byte[] json = JSON.writeValueAsBytes(file);
        refused(() -> TrustRoot.parse(json));
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable attempt) {
        assertThatExceptionOfType(TrustException.class).isThrownBy(attempt);
    }
}
