// SPDX-License-Identifier: Apache-2.0
package io.tallystick.receipt;

import static io.tallystick.receipt.Receipts.ORIGIN;
import static io.tallystick.receipt.Receipts.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.bundle.Dsse;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.fixtures.TestLog;
import io.tallystick.note.NoteVerifiers;
import io.tallystick.receipt.ReceiptException.Fault;
import io.tallystick.tree.Hash;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.vectors.Vectors;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rekor v2 and local logs. */
class LogsTest {
    private static final AnchoredCheckpoint CHECKPOINT = Receipts.checkpoint(4);
    private static final Instant WINDOW_END = Receipts.WINDOW_END;
    private static final String LOG = "log.example.org/2026";

    private final TestLog log = new TestLog(LOG);

    private static SigningKey key() {
        return TestKeys.checkpointP256();
    }

    private TrustAnchors.Log listed(String kind) {
        return log.anchor("log1", kind, Receipts.START, Receipts.END);
    }

    private RekorLog rekor() throws ReceiptException {
        return RekorLog.of(listed(RekorLog.KIND));
    }

    private LocalLog local() throws ReceiptException {
        return LocalLog.of(listed(LocalLog.KIND));
    }

    private byte[] entry() {
        return entry(CHECKPOINT);
    }

    private byte[] entry(AnchoredCheckpoint checkpoint) {
        byte[] sig = checkpoint.note().signatures().get(1).signature();
        return log.rekorEntry(checkpoint.text(), sig, key().spki());
    }

    private void entryIsRefused(Fault fault, String words, byte[] entry) {
        refused(fault, words, () -> rekor().verify(entry, CHECKPOINT, List.of(key().spki()), WINDOW_END));
    }

    private static byte[] changed(byte[] json, UnaryOperator<String> change) {
        String text = new String(json, StandardCharsets.UTF_8);
        String other = change.apply(text);
        assertThat(other).isNotEqualTo(text);
        return other.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void entryOfTheCheckpointsSignatureVerifiesWithoutATime() throws ReceiptException {
        // When
        Receipt receipt = rekor().verify(entry(), CHECKPOINT, List.of(new byte[3], key().spki()), WINDOW_END);

        // Then
        assertThat(receipt).isEqualTo(new Receipt(TrustAnchors.Kind.LOGS, "log1", Optional.empty()));
    }

    @Test
    void entryOfAnotherCheckpointSignatureOrKeyIsRefused() {
        entryIsRefused(Fault.OTHER_SUBJECT, "not those of this checkpoint", entry(Receipts.checkpoint(5)));
        // Another signature by the same key over the same text, which the checkpoint does not carry.
        entryIsRefused(
                Fault.OTHER_SUBJECT,
                "not those of this checkpoint",
                log.rekorEntry(CHECKPOINT.text(), new byte[] {0x30, 6, 2, 1, 1, 2, 1, 1}, key().spki()));
        byte[] own = entry();
        SigningKey other = TestKeys.bundle();
        refused(Fault.OTHER_SUBJECT, "not those of this checkpoint", () -> rekor().verify(
                        own, CHECKPOINT, List.of(other.spki()), WINDOW_END));
        refused(Fault.OTHER_SUBJECT, "not those of this checkpoint", () -> rekor().verify(
                        own, CHECKPOINT, List.of(), WINDOW_END));
    }

    @Test
    void indexSizeRootAndProofMustAgreeWithTheSignedCheckpoint() {
        byte[] entry = entry();
        entryIsRefused(Fault.INVALID, "two indexes", changed(entry, t -> t.replaceFirst("\"3\"", "\"2\"")));
        entryIsRefused(
                Fault.INVALID,
                "inclusion",
                changed(entry, t -> t.replace("\"logIndex\": \"3\"", "\"logIndex\": \"2\"")));
        entryIsRefused(
                Fault.INVALID,
                "is not in a tree",
                changed(entry, t -> t.replace("\"logIndex\": \"3\"", "\"logIndex\": \"5\"")));
        entryIsRefused(
                Fault.INVALID,
                "size or root",
                changed(entry, t -> t.replace("\"treeSize\": \"5\"", "\"treeSize\": \"4\"")));
        entryIsRefused(
                Fault.INVALID,
                "size or root",
                changed(
                        entry,
                        t -> t.replaceFirst(
                                "\"rootHash\": \".",
                                "\"rootHash\": \"" + (t.contains("\"rootHash\": \"A") ? "B" : "A"))));
        entryIsRefused(
                Fault.INVALID,
                "inclusion",
                changed(entry, t -> t.replaceFirst("\"hashes\": \\[\"[^\"]*\", ", "\"hashes\": [")));
        entryIsRefused(
                Fault.INVALID,
                "inclusion",
                changed(
                        entry,
                        t -> t.replaceFirst(
                                "\"hashes\": \\[\"[^\"]*\"",
                                "\"hashes\": [\"" + Base64.getEncoder().encodeToString(new byte[32]) + "\"")));
    }

    @Test
    void kindsLogsAndKeysThatAreNotListedAreRefused() {
        byte[] entry = entry();
        entryIsRefused(
                Fault.OTHER_SUBJECT, "another kind", changed(entry, t -> t.replace("\"hashedrekord\"", "\"dsse\"")));
        entryIsRefused(Fault.OTHER_SUBJECT, "another kind", changed(entry, t -> t.replace("0.0.2", "0.0.1")));
        entryIsRefused(
                Fault.OTHER_SUBJECT,
                "an entry of another log",
                changed(
                        entry,
                        t -> t.replaceFirst(
                                "\"keyId\": \"[^\"]*\"",
                                "\"keyId\": \"" + Base64.getEncoder().encodeToString(new byte[32]) + "\"")));
        TestLog other = new TestLog(LOG, TestKeys.key(KeyAlgorithm.ED25519, "other"));
        byte[] sig = CHECKPOINT.note().signatures().get(1).signature();
        entryIsRefused(
                Fault.OTHER_SUBJECT, "an entry of another log", other.rekorEntry(CHECKPOINT.text(), sig, key().spki()));
        // The log id is only a claim: the signature of the log's checkpoint decides.
        byte[] forged = changed(
                other.rekorEntry(CHECKPOINT.text(), sig, key().spki()),
                t -> t.replaceFirst(
                        "\"keyId\": \"[^\"]*\"",
                        Matcher.quoteReplacement(new String(entry, StandardCharsets.UTF_8)
                                .replaceFirst("(?s).*(\"keyId\": \"[^\"]*\").*", "$1"))));
        entryIsRefused(Fault.INVALID, "no signature by a known key", forged);
        entryIsRefused(Fault.INVALID, "the log's checkpoint", changed(entry, t -> t.replaceFirst(
                        "(/2026 [A-Za-z0-9+/]{20}).", "$1" + "-")
                .replace("-", "A")));
    }

    @Test
    void logsCheckpointMustBeOfTheListedOrigin() throws ReceiptException {
        TrustAnchors.Log listed = listed(RekorLog.KIND);
        RekorLog other = RekorLog.of(
                new TrustAnchors.Log("log1", RekorLog.KIND, "log.example.org/2027", listed.vkey(), listed.validFor()));
        byte[] entry = entry();
        refused(
                Fault.OTHER_SUBJECT,
                "not of log log.example.org/2027",
                () -> other.verify(entry, CHECKPOINT, List.of(key().spki()), WINDOW_END));
    }

    @Test
    void logThatCountedOnlyBeforeTheWindowIsRefused() {
        byte[] entry = entry();
        byte[] receipt = log.receipt("log1", CHECKPOINT.object());
        Instant end = WINDOW_END.minusMillis(1);
        refused(Fault.OUTSIDE_VALIDITY, "counts until", () -> RekorLog.of(
                        log.anchor("log1", RekorLog.KIND, Receipts.START, end))
                .verify(entry, CHECKPOINT, List.of(key().spki()), WINDOW_END));
        refused(Fault.OUTSIDE_VALIDITY, "counts until", () -> LocalLog.of(
                        log.anchor("log1", LocalLog.KIND, Receipts.START, end))
                .verify(receipt, CHECKPOINT, WINDOW_END));
    }

    @Test
    void listingOfAnotherKindOrWithoutAUsableKeyIsRefused() {
        refused(Fault.MALFORMED, "is of kind local-log", () -> RekorLog.of(listed(LocalLog.KIND)));
        refused(Fault.MALFORMED, "is of kind rekor-v2", () -> LocalLog.of(listed(RekorLog.KIND)));
        TrustAnchors.Log keyless = new TrustAnchors.Log(
                "log1", RekorLog.KIND, LOG, "nonsense", new TrustAnchors.ValidFor(Receipts.START, Receipts.END));
        refused(Fault.MALFORMED, "cannot be used", () -> RekorLog.of(keyless));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "[]", "null", "{\"logIndex\":3}", "{\"logIndex\":\"3\",\"logIndex\":\"3\"}"})
    void whatIsNoEntryIsRefused(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        entryIsRefused(Fault.MALFORMED, "not a log entry", bytes);
        refused(Fault.MALFORMED, "not a log receipt", () -> local().verify(bytes, CHECKPOINT, WINDOW_END));
    }

    @Test
    void sizesAreBounded() {
        entryIsRefused(Fault.MALFORMED, "larger than", new byte[RekorLog.SIZE_MAX + 1]);
        refused(Fault.MALFORMED, "larger than", () -> local().verify(
                        new byte[LocalLogReceipt.SIZE_MAX + 1], CHECKPOINT, WINDOW_END));
        byte[] entry = entry();
        String hash = "\"" + Base64.getEncoder().encodeToString(new byte[32]) + "\",";
        entryIsRefused(
                Fault.MALFORMED,
                "a proof of",
                changed(entry, t -> t.replace("\"hashes\": [", "\"hashes\": [" + hash.repeat(64))));
        entryIsRefused(
                Fault.MALFORMED,
                "decimal",
                changed(entry, t -> t.replace("\"treeSize\": \"5\"", "\"treeSize\": \"05\"")));
    }

    @Test
    void receiptOfALocalLogVerifiesWithoutATime() throws ReceiptException {
        // When
        Receipt receipt = local().verify(log.receipt("log1", CHECKPOINT.object()), CHECKPOINT, WINDOW_END);

        // Then
        assertThat(receipt).isEqualTo(new Receipt(TrustAnchors.Kind.LOGS, "log1", Optional.empty()));
        assertThat(local().objectName()).isEqualTo("log1.log.json");
        assertThat(new String(log.receipt("log1", CHECKPOINT.object()), StandardCharsets.UTF_8))
                .startsWith("{\"checkpoint\":\"log.example.org/2026\\n")
                .endsWith(",\"v\":1}");
    }

    @Test
    void receiptOfAnotherCheckpointLogIndexOrTreeIsRefused() throws ReceiptException {
        // Given
        byte[] receipt = log.receipt("log1", CHECKPOINT.object());
        LocalLog local = local();

        // Then
        refused(
                Fault.OTHER_SUBJECT,
                "not this checkpoint",
                () -> local.verify(receipt, Receipts.checkpoint(5), WINDOW_END));
        refused(
                Fault.OTHER_SUBJECT,
                "another log",
                () -> local.verify(log.receipt("log2", CHECKPOINT.object()), CHECKPOINT, WINDOW_END));
        refused(
                Fault.INVALID,
                "inclusion",
                () -> local.verify(
                        changed(receipt, t -> t.replace("\"index\":3", "\"index\":4")), CHECKPOINT, WINDOW_END));
        refused(
                Fault.INVALID,
                "the log's checkpoint",
                () -> local.verify(changed(receipt, t -> t.replace("\\n5\\n", "\\n6\\n")), CHECKPOINT, WINDOW_END));
        refused(
                Fault.OTHER_SUBJECT,
                "is not of log",
                () -> local.verify(
                        changed(receipt, t -> t.replace("{\"checkpoint\":\"log.", "{\"checkpoint\":\"lag.")),
                        CHECKPOINT,
                        WINDOW_END));
        refused(
                Fault.MALFORMED,
                "one form",
                () -> local.verify(changed(receipt, t -> t.replace("\"v\":1", "\"v\": 1")), CHECKPOINT, WINDOW_END));
        refused(
                Fault.MALFORMED,
                "version 2",
                () -> local.verify(changed(receipt, t -> t.replace("\"v\":1", "\"v\":2")), CHECKPOINT, WINDOW_END));
        refused(
                Fault.MALFORMED,
                "unknown member",
                () -> local.verify(
                        changed(receipt, t -> t.replace("\"v\":1", "\"v\":1,\"w\":1")), CHECKPOINT, WINDOW_END));
    }

    private static RekorLog real(String origin, String spki) throws Exception {
        String vkey = NoteVerifiers.vkey(
                origin, KeyAlgorithm.ED25519, Base64.getDecoder().decode(spki));
        return RekorLog.of(new TrustAnchors.Log(
                "rekor", RekorLog.KIND, origin, vkey, new TrustAnchors.ValidFor(Receipts.START, Receipts.END)));
    }

    private static RekorLog staging() throws Exception {
        return real(
                "log2025-alpha1.rekor.sigstage.dev", "MCowBQYDK2VwAyEAPn+AREHoBaZ7wgS1zBqpxmLSGnyhxXj4lFxSdWVB8o8=");
    }

    private static RekorLog production() throws Exception {
        return real("log2025-1.rekor.sigstore.dev", "MCowBQYDK2VwAyEAt8rlp1knGwjfbcXAYPYAkn0XiLz1x8O4t0YkEhie244=");
    }

    private static RekorLog alpha3() throws Exception {
        return real(
                "log2025-alpha3.rekor.sigstage.dev", "MCowBQYDK2VwAyEAlD3dVc8yaP25mPtT/sJ59D3LLxGBgW/qYrM6x6KmOqk=");
    }

    private static byte[] published(String name) {
        JsonNode file = Vectors.json("receipt/rekor/" + name);
        JsonNode entry = file.has("verificationMaterial")
                ? file.get("verificationMaterial").get("tlogEntries").get(0)
                : file;
        return entry.toString().getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({"bundle-with-rekor-v2-entry.sigstore,true", "entry-v2.json,true", "bundle.dsse.rekor-v2.sigstore,false"
    })
    void entriesOfRealLogsAreIncludedAndAboutOthers(String name, boolean staging) throws Exception {
        // Given
        RekorLog log = staging ? staging() : production();
        byte[] entry = published(name);

        // Then
        assertThatCode(() -> log.verifiedBody(entry, WINDOW_END)).doesNotThrowAnyException();
        refused(
                Fault.OTHER_SUBJECT,
                "not those of this checkpoint",
                () -> log.verify(entry, CHECKPOINT, List.of(key().spki()), WINDOW_END));
        refused(Fault.OTHER_SUBJECT, "another log", () -> (staging ? production() : staging())
                .verifiedBody(entry, WINDOW_END));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bundle.dsse.rekor-v2.bad-entry-type.sigstore", "jar-entry-v2.json"})
    void entriesOfOtherKindsAreRefused(String name) {
        refused(Fault.OTHER_SUBJECT, "another kind", () -> staging().verifiedBody(published(name), WINDOW_END));
    }

    /** What is wrong in these is the envelope beside the entry: the entry is genuine, and not about it. */
    @ParameterizedTest
    @CsvSource({
        "bundle.dsse.rekor-v2.bad-signature.sigstore,true",
        "bundle.dsse.rekor-v2.mismatched-envelope.sigstore,false",
        "bundle.dsse.rekor-v2.mismatched-signature.sigstore,true"
    })
    void genuineEntriesThatDoNotMatchWhatWasSignedAreRefused(String name, boolean sameDigest) throws Exception {
        // Given
        byte[] entry = published(name);
        RekorLog log = alpha3();
        JsonNode envelope = Vectors.json("receipt/rekor/" + name).get("dsseEnvelope");
        String digest = Base64.getEncoder()
                .encodeToString(Hash.sha256(Dsse.pae(
                                envelope.get("payloadType").textValue(),
                                Base64.getDecoder()
                                        .decode(envelope.get("payload").textValue())))
                        .bytes());
        String sig = envelope.get("signatures").get(0).get("sig").textValue();

        // When
        String body = new String(log.verifiedBody(entry, WINDOW_END), StandardCharsets.UTF_8);

        // Then
        assertThat(body.contains(digest)).isEqualTo(sameDigest);
        assertThat(body).doesNotContain(sig);
        refused(
                Fault.OTHER_SUBJECT,
                "not those of this checkpoint",
                () -> log.verify(entry, CHECKPOINT, List.of(key().spki()), WINDOW_END));
        refused(
                Fault.INVALID,
                "inclusion",
                () -> log.verifiedBody(
                        changed(
                                entry,
                                t -> withBody(
                                        t,
                                        body.replaceAll(
                                                "\"content\":\"[^\"]*\"",
                                                Matcher.quoteReplacement("\"content\":\"" + sig + "\"")))),
                        WINDOW_END));
    }

    private static String withBody(String entry, String body) {
        return entry.replaceFirst(
                "\"canonicalizedBody\":\"[^\"]*\"",
                Matcher.quoteReplacement("\"canonicalizedBody\":\""
                        + Base64.getEncoder().encodeToString(body.getBytes(StandardCharsets.UTF_8)) + "\""));
    }

    @Test
    void checkpointsSignaturesAreFoundByKey() {
        assertThat(CHECKPOINT.signaturesOf(key().spki())).hasSize(1);
        assertThat(CHECKPOINT.signaturesOf(TestKeys.bundle().spki())).isEmpty();
        assertThat(CHECKPOINT.checkpoint().origin()).isEqualTo(ORIGIN);
    }
}
