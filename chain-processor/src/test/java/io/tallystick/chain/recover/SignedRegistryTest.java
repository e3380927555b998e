// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.recover;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.bundle.RegistryLeaf;
import io.tallystick.entry.ChainId;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteSigner;
import io.tallystick.note.NoteSigners;
import io.tallystick.note.SignedNote;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustException;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Which registry is believed, and which chain heads follow from it. */
class SignedRegistryTest {
    private static final String ORIGIN = "ledger.example.com";
    private static final ChainId CHAIN = ChainId.parse("acme/0");
    private static final ChainId OTHER = ChainId.parse("globex/3");
    private static final Hash BLIND = Hash.sha256(new byte[] {1});
    private static final Hash OTHER_BLIND = Hash.sha256(new byte[] {2});
    private static final Instant FIRST = Instant.parse("2026-11-21T03:15:00Z");
    private static final Instant SECOND = FIRST.plusSeconds(900);
    private static final TreeHead OLD_HEAD = new TreeHead(5, Hash.sha256(new byte[] {5}));
    private static final TreeHead HEAD = new TreeHead(8, Hash.sha256(new byte[] {8}));
    private static final TreeHead OTHER_HEAD = new TreeHead(3, Hash.sha256(new byte[] {3}));
    private static final TrustRoot TRUST_ROOT = TestKeys.trustRoot(ORIGIN);

    /** Two windows: both chains, then acme/0 alone. */
    private final List<byte[]> leaves = leaves();

    private static List<byte[]> leaves() {
        List<RegistryLeaf> first = new ArrayList<>(List.of(
                leaf(CHAIN, OLD_HEAD, BLIND, FIRST),
                leaf(OTHER, OTHER_HEAD, OTHER_BLIND, FIRST),
                new RegistryLeaf.Window(2, SECOND, 0, FIRST),
                leaf(CHAIN, HEAD, BLIND, SECOND),
                new RegistryLeaf.Window(1, SECOND.plusSeconds(900), 3, SECOND)));
        return new ArrayList<>(first.stream().map(RegistryLeaf::encode).toList());
    }

    private static RegistryLeaf.Head leaf(ChainId chain, TreeHead head, Hash blind, Instant window) {
        String origin = chain.origin(ORIGIN);
        byte[] text = new Checkpoint(origin, head).text();
        return new RegistryLeaf.Head(
                RegistryLeaf.chainId(origin), RegistryLeaf.headCommitment(blind.bytes(), text), window);
    }

    private TreeHead root(int size) {
        CompactRange range = CompactRange.EMPTY;
        for (byte[] leaf : leaves.subList(0, size)) {
            range = range.append(Rfc6962.leafHash(leaf));
        }
        return range.head();
    }

    private static RegistrySeal seal(TreeHead head, SigningKey... keys) {
        try {
            List<NoteSigner> signers =
                    Arrays.stream(keys).map(key -> NoteSigners.of(ORIGIN, key)).toList();
            return RegistrySeal.parse(
                    ORIGIN,
                    SignedNote.sign(new Checkpoint(ORIGIN, head).text(), signers).encode());
        } catch (NoteException e) {
            throw new IllegalStateException(e);
        }
    }

    private RegistrySeal seal() {
        return seal(root(leaves.size()), TestKeys.checkpointEd25519(), TestKeys.checkpointP256());
    }

    private RegistryFold fold(RegistrySeal seal) {
        RegistryFold fold = new RegistryFold(seal.head().size());
        for (int i = 0; i < leaves.size(); i++) {
            fold.add(i, leaves.get(i));
        }
        return fold;
    }

    private SignedRegistry verified() {
        RegistrySeal seal = seal();
        return seal.verify(TRUST_ROOT, fold(seal));
    }

    private static void refuses(ThrowingCallable what, String... says) {
        assertThatThrownBy(what)
                .isInstanceOf(RecoveryRefusedException.class)
                .hasMessageContainingAll(says)
                .satisfies(thrown -> assertThat(((RecoveryRefusedException) thrown).kind())
                        .isEqualTo(RecoveryRefusedException.Kind.DISAGREES));
    }

    @Test
    void theLastHeadOfEachChainIsKept() {
        // When
        SignedRegistry registry = verified();

        // Then
        assertThat(registry.window().start()).isEqualTo(SECOND);
        assertThat(registry.heads().values())
                .extracting(RegistryLeaf.Head::window)
                .containsExactlyInAnyOrder(SECOND, FIRST);
    }

    @Test
    void leavesBeyondTheSignedSizeAndLeavesThatComeTwiceCountForNothing() {
        // Given
        RegistrySeal seal = seal(root(3), TestKeys.checkpointP256());
        RegistryFold fold = new RegistryFold(3);

        // When
        for (int i = 0; i < leaves.size(); i++) {
            fold.add(i, leaves.get(i));
            fold.add(i, leaves.get(i));
        }

        // Then
        assertThat(seal.verify(TRUST_ROOT, fold).window().start()).isEqualTo(FIRST);
    }

    @Test
    void aLeafThatIsMissingAlteredOrNoneIsRefused() {
        RegistrySeal seal = seal();
        refuses(() -> new RegistryFold(5).add(1, leaves.get(1)), "leaves are missing");
        refuses(() -> new RegistryFold(5).add(0, new byte[] {'{', '}'}), "leaf 0 of the registry is none");
        RegistryFold shorter = new RegistryFold(5);
        shorter.add(0, leaves.get(0));
        refuses(() -> seal.verify(TRUST_ROOT, shorter), "covers 5 leaves", "holds 1");
        leaves.set(3, leaf(CHAIN, OLD_HEAD, BLIND, SECOND).encode());
        refuses(() -> seal.verify(TRUST_ROOT, fold(seal)), "the leaves of the registry topic have root");
    }

    @Test
    void aRootInTheMiddleOfAWindowIsRefused() {
        RegistrySeal seal = seal(root(4), TestKeys.checkpointP256());
        refuses(() -> seal.verify(TRUST_ROOT, fold(seal)), "closes no window");
    }

    @Test
    void aNoteOfAnotherOriginOrNoneIsRefused() {
        refuses(() -> RegistrySeal.parse(ORIGIN, new byte[] {1, 2}), "is none");
        byte[] note = "other.example.com\n".getBytes(UTF_8);
        refuses(() -> RegistrySeal.parse(ORIGIN, note), "is none");
    }

    @Test
    void aSignatureByNobodyListedIsRefused() {
        RegistrySeal seal = seal(root(5), TestKeys.key(KeyAlgorithm.ECDSA_P256, "stranger"));
        refuses(() -> seal.verify(TRUST_ROOT, fold(seal)), "not signed by the keys of the trust root");
        refuses(() -> seal.verify(TestKeys.trustRoot("other.example.com"), fold(seal)), "other.example.com");
    }

    @Test
    void aSignatureThatTheTrustRootRequiresMayNotBeMissing() throws KeyException, TrustException {
        // Given
        TrustRoot strict = new TrustRootBuilder(ORIGIN, TestKeys.ISSUED, TestKeys.EXPIRES)
                .checkpointKey(TestKeys.checkpointEd25519().spki())
                .checkpointKey(TestKeys.checkpointP256().spki())
                .requireForCheckpoints(List.of(Set.of(KeyAlgorithm.ECDSA_P256)))
                .sign(TestKeys.root());
        RegistrySeal seal = seal(root(5), TestKeys.checkpointEd25519());

        // When, Then
        refuses(() -> seal.verify(strict, fold(seal)), "lacks a signature", "ECDSA_P256");
    }

    @Test
    void aKeyThatWasNotValidAtTheEndOfTheWindowIsRefused() throws KeyException, TrustException {
        // Given: a trust root whose keys became valid later
        TrustRoot later = new TrustRootBuilder(ORIGIN, Instant.parse("2027-01-01T00:00:00Z"), TestKeys.EXPIRES)
                .checkpointKey(TestKeys.checkpointP256().spki())
                .sign(TestKeys.root());
        RegistrySeal seal = seal(root(5), TestKeys.checkpointP256());

        // When, Then
        refuses(() -> seal.verify(later, fold(seal)), "NOT_YET_VALID", "the end of its window");
    }

    @Test
    void headsAreOpenedByWhatTheyCommitTo() {
        // Given
        RegisteredHeads heads = new RegisteredHeads(ORIGIN, verified());

        // When: older heads of the chain count for nothing
        heads.propose(CHAIN, FIRST, OLD_HEAD, BLIND);
        heads.propose(OTHER, FIRST, OTHER_HEAD, OTHER_BLIND);
        heads.propose(CHAIN, SECOND, HEAD, BLIND);

        // Then
        assertThat(heads.all())
                .isEqualTo(Map.of(
                        "acme/0", new RegisteredHeads.Registered(SECOND, HEAD),
                        "globex/3", new RegisteredHeads.Registered(FIRST, OTHER_HEAD)));
        assertThat(heads.wants(CHAIN)).isFalse();
    }

    @Test
    void aHeadOfAnotherSizeRootOrBlindIsRefused() {
        RegisteredHeads heads = new RegisteredHeads(ORIGIN, verified());
        TreeHead shorter = new TreeHead(7, HEAD.root());
        TreeHead forged = new TreeHead(8, OLD_HEAD.root());
        refuses(() -> heads.propose(CHAIN, SECOND, shorter, BLIND), "chain acme/0", "commits to another head");
        refuses(() -> heads.propose(CHAIN, SECOND, forged, BLIND), "commits to another head");
        refuses(() -> heads.propose(CHAIN, SECOND, HEAD, OTHER_BLIND), "commits to another head");
    }

    @Test
    void aRegisteredHeadThatNobodyProposesIsRefused() {
        RegisteredHeads heads = new RegisteredHeads(ORIGIN, verified());
        heads.propose(CHAIN, SECOND, HEAD, BLIND);
        refuses(heads::all, "heads of 1 chains", RegistryLeaf.chainId(OTHER.origin(ORIGIN)).toString());
    }
}
