// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.anchor.client.TestParty;
import io.tallystick.anchor.client.TestRekor;
import io.tallystick.anchor.client.TestTsa;
import io.tallystick.anchor.external.Anchor;
import io.tallystick.anchor.external.AnchorKind;
import io.tallystick.anchor.external.Answer;
import io.tallystick.anchor.external.RegistryCheckpoint;
import io.tallystick.anchor.external.Submission;
import io.tallystick.anchor.sign.CheckpointSigner;
import io.tallystick.entry.Bytes;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.note.NoteVerifiers;
import io.tallystick.receipt.AnchoredCheckpoint;
import io.tallystick.receipt.Cosigner;
import io.tallystick.receipt.LocalLog;
import io.tallystick.receipt.RekorLog;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.StrictBase64;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustAnchors.ValidFor;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootBuilder;
import io.tallystick.trust.TrustRootWatch;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is stored is what a verifier takes: it goes by the trust root, whatever the anchor's configuration says. */
class ListedAnchorTest {
    private static final String ORIGIN = EntryChain.ORIGIN;
    private static final Instant START = Instant.parse("2024-11-21T12:00:00Z");
    private static final Duration WINDOW = Duration.ofMinutes(15);
    private static final ValidFor ENDED = new ValidFor(Instant.EPOCH, Instant.parse("2026-01-02T00:00:00Z"));

    @TempDir
    private Path directory;

    private final TestTsa authority = new TestTsa();
    private final List<AutoCloseable> open = new ArrayList<>();

    ListedAnchorTest() throws Exception {}

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable part : open) {
            part.close();
        }
    }

    private static TrustAnchors.Tsa listing(TestTsa tsa, ValidFor validFor) throws Exception {
        return new TrustAnchors.Tsa("a", List.of(StrictBase64.encode(tsa.root().getEncoded())), List.of(), validFor);
    }

    private static TrustAnchors.Log listing(String kind, String origin, String vkey) {
        return new TrustAnchors.Log("a", kind, origin, vkey, ValidFor.ALWAYS);
    }

    private static TrustRootBuilder trusting(TrustAnchors anchors) throws Exception {
        return new TrustRootBuilder(ORIGIN, TestKeys.ISSUED, TestKeys.EXPIRES)
                .checkpointKey(TestKeys.checkpointP256().spki())
                .anchors(anchors);
    }

    private TrustRootWatch installed(TrustRoot root) throws Exception {
        return new TrustRootWatch(Files.write(file(), root.encode()), root, found -> {});
    }

    private TrustRootWatch installed(TrustAnchors anchors) throws Exception {
        return installed(trusting(anchors).sign(TestKeys.root()));
    }

    private Path file() {
        return directory.resolve("trust-root.json");
    }

    /** The anchor {@code a}, as the process opens it. */
    private Anchor opened(TrustRootWatch trustRoot, Map<String, String> settings) {
        Map<String, Object> properties = Settings.valid(directory);
        properties.put("ledger.anchors", "a");
        settings.forEach((key, value) -> properties.put("ledger.anchor.a." + key, value));
        OutsideMetrics metrics =
                new OutsideMetrics(new SimpleMeterRegistry(), List.of("a"), WINDOW, InstantSource.system());
        Anchor anchor = new AnchorConfig(properties)
                .anchors()
                .get(0)
                .open(new SigningKeys(List.of(TestKeys.checkpointP256())), Optional.of(trustRoot), metrics.of("a"));
        open.add(anchor);
        return anchor;
    }

    private String url(TestParty.Service service) {
        TestParty party = new TestParty(service);
        open.add(party);
        return party.address().toString();
    }

    /** Configured with the root certificate that its time-stamps really lead to. */
    private Anchor stamping(TrustRootWatch trustRoot) throws Exception {
        Path root = directory.resolve("root.pem");
        authority.writeRoot(root);
        return opened(trustRoot, Map.of("type", "tsa", "url", url(authority), "roots", root.toString()));
    }

    private static Submission submission() {
        Bytes note = new CheckpointSigner(List.of(TestKeys.checkpointP256()))
                .sign(ORIGIN, new TreeHead(5, Hash.sha256()), START.plus(WINDOW));
        return new Submission(new RegistryCheckpoint(5, START, 0, note), 0, from -> Optional.of(List.of()));
    }

    private static void assertRefused(Answer answer, String why) {
        assertThat(answer).isInstanceOfSatisfying(Answer.Failed.class, failed -> assertThat(failed.reason())
                .contains("of the trust root its receipt does not count", why, "ledger.anchor.a."));
    }

    @Test
    void aPartyThatIsListedAsItIsConfiguredIsConfirmed() throws Exception {
        TrustRootWatch root = installed(TrustAnchors.NONE.with(listing(authority, ValidFor.ALWAYS)));

        assertThat(stamping(root).submit(submission())).isInstanceOf(Answer.Confirmed.class);
    }

    @Test
    void aPartyThatIsNotListedIsTakenAsItIsConfigured() throws Exception {
        Anchor anchor = stamping(installed(TrustAnchors.NONE));

        assertThat(anchor.submit(submission())).isInstanceOf(Answer.Confirmed.class);
        assertThat(((ListedAnchor) anchor).isListed()).isFalse();
    }

    @Test
    void aStampThatLeadsToAnotherRootThanTheListedIsNotConfirmed() throws Exception {
        Anchor anchor = stamping(installed(TrustAnchors.NONE.with(listing(new TestTsa(), ValidFor.ALWAYS))));

        assertRefused(anchor.submit(submission()), "version 1");
    }

    @Test
    void aStampOfAnAuthorityThatHasEndedIsNotConfirmed() throws Exception {
        Anchor anchor = stamping(installed(TrustAnchors.NONE.with(listing(authority, ENDED))));

        assertRefused(anchor.submit(submission()), "counts from");
    }

    /** Nobody has restarted the process. */
    @Test
    void anAuthorityThatANewVersionEndsIsConfirmedNoMore() throws Exception {
        // Given
        TrustRoot first = trusting(TrustAnchors.NONE.with(listing(authority, ValidFor.ALWAYS)))
                .sign(TestKeys.root());
        Anchor anchor = stamping(installed(first));
        assertThat(anchor.submit(submission())).isInstanceOf(Answer.Confirmed.class);

        // When
        Files.write(
                file(),
                trusting(TrustAnchors.NONE.with(listing(authority, ENDED)))
                        .following(first)
                        .sign(TestKeys.root())
                        .encode());

        // Then
        assertRefused(anchor.submit(submission()), "version 2");
    }

    /** Settings of a local log with this key. */
    private Map<String, String> logging(SigningKey key) throws Exception {
        Path passphrase = directory.resolve("passphrase");
        if (!Files.exists(passphrase)) {
            Files.writeString(passphrase, "correct horse battery staple\n");
            Files.setPosixFilePermissions(passphrase, PosixFilePermissions.fromString("rw-------"));
        }
        Path keyFile = directory.resolve(key.keyId() + ".pem");
        KeyFile.write(keyFile, key, KeyFile.readPassphrase(passphrase));
        return Map.of("type", "log", "file", directory.resolve("log").toString(), "key.file", keyFile.toString());
    }

    /** One that signs, under another file's name, and one that the trust root lists for something else. */
    @Test
    void aLogWithAKeyOfTheLedgerIsNoAnchor() throws Exception {
        TrustRootWatch root = installed(TrustAnchors.NONE);
        for (SigningKey own : List.of(TestKeys.checkpointP256(), TestKeys.root())) {
            Map<String, String> settings = logging(own);

            assertThatExceptionOfType(ConfigException.class)
                    .isThrownBy(() -> opened(root, settings))
                    .withMessageContainingAll("anchor a", own.keyId(), "is one of the ledger's own");
        }
    }

    @Test
    void aLogThatIsListedWithAnotherKeyIsNotConfirmed() throws Exception {
        // Given
        SigningKey key = KeyFile.generate(KeyAlgorithm.ED25519, new SecureRandom());
        Map<String, String> settings = logging(key);
        String origin = ORIGIN + "/a";
        String own = NoteVerifiers.vkey(origin, key.algorithm(), key.spki());
        String other = NoteVerifiers.vkey(
                origin, key.algorithm(), TestKeys.checkpointEd25519().spki());

        // When
        Answer wrong;
        try (Anchor anchor =
                opened(installed(TrustAnchors.NONE.with(listing(LocalLog.KIND, origin, other))), settings)) {
            wrong = anchor.submit(submission());
        }
        Answer right = opened(installed(TrustAnchors.NONE.with(listing(LocalLog.KIND, origin, own))), settings)
                .submit(submission());

        // Then
        assertRefused(wrong, "checkpoint");
        assertThat(right).isInstanceOf(Answer.Confirmed.class);
    }

    @Test
    void aRekorLogThatIsListedWithAnotherKeyIsNotConfirmed() throws Exception {
        // Given
        TestRekor rekor = new TestRekor();
        String origin = rekor.trusted().origin();
        String own = rekor.trusted().vkey();
        String other = NoteVerifiers.vkey(
                origin, KeyAlgorithm.ED25519, TestKeys.checkpointEd25519().spki());
        Map<String, String> settings = Map.of("type", "rekor", "url", url(rekor), "vkey", own);

        // When
        Answer wrong = opened(installed(TrustAnchors.NONE.with(listing(RekorLog.KIND, origin, other))), settings)
                .submit(submission());
        Answer right = opened(installed(TrustAnchors.NONE.with(listing(RekorLog.KIND, origin, own))), settings)
                .submit(submission());

        // Then
        assertRefused(wrong, "version 1");
        assertThat(right).isInstanceOf(Answer.Confirmed.class);
    }

    /** Its cosignatures are found by its key, so there is nothing in which listing and configuration could differ. */
    @Test
    void aWitnessIsListedByItsKey() throws Exception {
        Cosigner cosigner = Cosigner.of("witness.example/w1", TestKeys.key(KeyAlgorithm.ED25519, "witness"));
        TrustRoot listing = trusting(TrustAnchors.NONE.with(new TrustAnchors.Witness(cosigner.vkey())))
                .sign(TestKeys.root());
        TrustRoot other = trusting(TrustAnchors.NONE).sign(TestKeys.root());
        Anchor anchor = new Anchor() {
            @Override
            public String id() {
                return "a";
            }

            @Override
            public AnchorKind kind() {
                return AnchorKind.WITNESS;
            }

            @Override
            public String objectName() {
                return cosigner.witness().objectName();
            }

            @Override
            public Answer submit(Submission submission) {
                try {
                    byte[] note = submission.checkpoint().note().toByteArray();
                    String line = cosigner.cosign(AnchoredCheckpoint.parse(note).checkpoint(), START)
                            .encode();
                    return new Answer.Confirmed(Bytes.wrap(line.getBytes(StandardCharsets.UTF_8)));
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };

        assertThat(new ListedAnchor(anchor, () -> listing, WINDOW).isListed()).isTrue();
        assertThat(new ListedAnchor(anchor, () -> listing, WINDOW).submit(submission()))
                .isInstanceOf(Answer.Confirmed.class);
        assertThat(new ListedAnchor(anchor, () -> other, WINDOW).isListed()).isFalse();
    }
}
