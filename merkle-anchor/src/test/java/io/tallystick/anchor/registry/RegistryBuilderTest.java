// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tallystick.anchor.EntryChain;
import io.tallystick.anchor.window.WindowGrid;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.ChainId;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import io.tallystick.tree.TreeHead;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class RegistryBuilderTest {
    private static final Instant START = Instant.parse("2026-11-21T03:15:00Z");
    private static final Instant END = Instant.parse("2026-11-21T03:30:00Z");

    private final RegistryBuilder builder = new RegistryBuilder(
            EntryChain.ORIGIN, new WindowGrid(Duration.ofMinutes(15)), tenant -> Hash.sha256(tenant.getBytes(UTF_8)));

    private static WindowHead head(String chain, long size) {
        return new WindowHead(ChainId.parse(chain), new TreeHead(size, Hash.sha256(chain.getBytes(UTF_8))));
    }

    private static List<String> texts(SealedWindow window) {
        return window.leaves().stream()
                .map(leaf -> new String(leaf.toByteArray(), UTF_8))
                .toList();
    }

    /** The leaf as DESIGN.md section 7 prints it, put together by hand. */
    private static String expectedHead(WindowHead head) {
        String origin = EntryChain.ORIGIN + "/" + head.chain();
        String text = origin + "\n" + head.head().size() + "\n"
                + Base64.getEncoder().encodeToString(head.head().root().bytes()) + "\n";
        Hash chain = Hash.sha256("tallystick/chain/v1\0".getBytes(UTF_8), origin.getBytes(UTF_8));
        Hash commit = Hash.sha256(
                "tallystick/head/v1\0".getBytes(UTF_8),
                Hash.sha256(head.chain().tenant().getBytes(UTF_8)).bytes(),
                text.getBytes(UTF_8));
        return "{\"chain\":\"" + chain + "\",\"head\":\"" + commit
                + "\",\"kind\":\"head\",\"v\":1,\"window\":\"2026-11-21T03:15:00.000Z\"}";
    }

    @Test
    void headsAreBlindedAndAscendByTheHexOfTheirChain() {
        List<WindowHead> heads = List.of(head("acme/0", 4), head("acme/1", 9), head("globex/0", 1), head("zeta/7", 2));

        List<String> texts = texts(builder.seal(CompactRange.EMPTY, START, heads));

        assertThat(texts.subList(0, 4))
                .containsExactlyElementsOf(heads.stream()
                        .map(RegistryBuilderTest::expectedHead)
                        .sorted()
                        .toList());
        assertThat(texts.get(4))
                .isEqualTo("{\"chains\":4,\"end\":\"2026-11-21T03:30:00.000Z\",\"first\":0,\"kind\":\"window\","
                        + "\"start\":\"2026-11-21T03:15:00.000Z\",\"v\":1}");
    }

    @Test
    void theOrderOfTheHeadsGivenDoesNotMatter() {
        SealedWindow one = builder.seal(CompactRange.EMPTY, START, List.of(head("acme/0", 4), head("acme/1", 9)));
        SealedWindow two = builder.seal(CompactRange.EMPTY, START, List.of(head("acme/1", 9), head("acme/0", 4)));

        assertThat(two).isEqualTo(one);
    }

    @Test
    void anEmptyWindowIsOneLeaf() {
        SealedWindow before = builder.seal(CompactRange.EMPTY, START, List.of(head("acme/0", 4)));

        SealedWindow empty = builder.seal(before.extended(), END, List.of());

        assertThat(texts(empty))
                .containsExactly("{\"chains\":0,\"end\":\"2026-11-21T03:45:00.000Z\",\"first\":2,\"kind\":\"window\","
                        + "\"start\":\"2026-11-21T03:30:00.000Z\",\"v\":1}");
        assertThat(empty.extended().size()).isEqualTo(3);
    }

    @Test
    void theRegistryIsTheTreeOfAllLeaves() {
        SealedWindow one = builder.seal(CompactRange.EMPTY, START, List.of(head("acme/0", 4), head("acme/1", 9)));
        SealedWindow two = builder.seal(one.extended(), END, List.of(head("acme/1", 10)));

        CompactRange all = CompactRange.EMPTY;
        List<Bytes> leaves = new ArrayList<>(one.leaves());
        leaves.addAll(two.leaves());
        for (Bytes leaf : leaves) {
            all = all.append(Rfc6962.leafHash(leaf.toByteArray()));
        }

        assertThat(two.extended()).isEqualTo(all);
        assertThat(two.previous()).isEqualTo(one.extended());
    }

    @Test
    void partsHoldAllLeavesInOrder() {
        List<WindowHead> heads = new ArrayList<>();
        for (int partition = 0; partition < 24; partition++) {
            heads.add(head("acme/" + partition, 1));
        }
        SealedWindow first = builder.seal(CompactRange.EMPTY, START, List.of());
        SealedWindow window = builder.seal(first.extended(), END, heads);

        List<SealedWindow.Part> parts = window.parts(10);

        assertThat(parts).extracting(SealedWindow.Part::firstIndex).containsExactly(1L, 11L, 21L);
        assertThat(parts.stream().flatMap(part -> part.leaves().stream())).containsExactlyElementsOf(window.leaves());
        assertThat(window.parts(25)).hasSize(1);
        assertThat(window.parts(24)).hasSize(2);
    }

    @Test
    void twoHeadsOfOneChainAreAViolation() {
        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(
                        () -> builder.seal(CompactRange.EMPTY, START, List.of(head("acme/0", 4), head("acme/0", 5))))
                .withMessageContaining("two heads of chain");
    }

    @Test
    void anUnknownTenantIsAViolation() {
        RegistryBuilder blind =
                new RegistryBuilder(EntryChain.ORIGIN, new WindowGrid(Duration.ofMinutes(15)), tenant -> {
                    throw new LedgerIntegrityException("no tenant " + tenant);
                });

        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> blind.seal(CompactRange.EMPTY, START, List.of(head("acme/0", 4))));
    }

    @Test
    void aSealedWindowVerifies() {
        SealedWindow sealed = builder.seal(CompactRange.EMPTY, START, List.of(head("acme/0", 4), head("acme/1", 9)));

        assertThat(verify(sealed, sealed.leaves(), sealed.extended().head())).isEqualTo(sealed);
    }

    @Test
    void aRootThatTheLeavesDoNotLeadToIsRefused() {
        SealedWindow sealed = builder.seal(CompactRange.EMPTY, START, List.of(head("acme/0", 4)));
        TreeHead head = sealed.extended().head();

        refuses(sealed, sealed.leaves(), new TreeHead(head.size(), Hash.sha256()), "leaves lead to");
        refuses(sealed, sealed.leaves(), new TreeHead(head.size() + 1, head.root()), "leaves lead to");
        refuses(sealed, sealed.leaves().subList(1, 2), head, "leaves lead to");
        refuses(sealed, List.of(), TreeHead.EMPTY, "no window leaf");
    }

    @Test
    void leavesThatAreNotTheWindowsAreRefusedEvenIfTheRootFits() {
        SealedWindow sealed = builder.seal(CompactRange.EMPTY, START, List.of(head("acme/0", 4), head("acme/1", 9)));
        SealedWindow other = builder.seal(CompactRange.EMPTY, END, List.of(head("acme/0", 4), head("acme/1", 9)));
        List<Bytes> leaves = sealed.leaves();

        refusesFitting(sealed, List.of(leaves.get(1), leaves.get(0), leaves.get(2)), "out of order");
        refusesFitting(sealed, List.of(leaves.get(0), leaves.get(0), leaves.get(2)), "out of order");
        refusesFitting(sealed, List.of(leaves.get(0), leaves.get(2), leaves.get(1)), "no head of it");
        refusesFitting(sealed, List.of(leaves.get(0), leaves.get(2)), "window leaf is");
        refusesFitting(sealed, List.of(leaves.get(0), leaves.get(1)), "window leaf is");
        refusesFitting(sealed, List.of(other.leaves().get(0), leaves.get(1), leaves.get(2)), "no head of it");
        refusesFitting(
                sealed, List.of(leaves.get(0), leaves.get(1), other.leaves().get(2)), "window leaf is");
        refusesFitting(sealed, List.of(Bytes.utf8("{}"), leaves.get(1), leaves.get(2)), "malformed");
        refusesFitting(sealed, List.of(Bytes.utf8("x")), "malformed");
    }

    @Test
    void aWindowLeafThatCountsFromElsewhereIsRefused() {
        SealedWindow first = builder.seal(CompactRange.EMPTY, START, List.of());
        SealedWindow second = builder.seal(CompactRange.EMPTY, END, List.of());
        CompactRange extended = RegistryBuilder.extend(first.extended(), second.leaves());

        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> SealedWindow.verify(
                        second.start(), second.end(), first.extended(), second.leaves(), extended.head()))
                .withMessageContaining("window leaf is");
    }

    @Test
    void aWindowWithoutLeavesCannotBeMade() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SealedWindow(START, END, CompactRange.EMPTY, List.of(), CompactRange.EMPTY));
    }

    private static SealedWindow verify(SealedWindow window, List<Bytes> leaves, TreeHead claimed) {
        return SealedWindow.verify(window.start(), window.end(), window.previous(), leaves, claimed);
    }

    private static void refuses(SealedWindow window, List<Bytes> leaves, TreeHead claimed, String words) {
        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> verify(window, leaves, claimed))
                .withMessageContaining(words);
    }

    private static void refusesFitting(SealedWindow window, List<Bytes> leaves, String words) {
        TreeHead fitting = RegistryBuilder.extend(window.previous(), leaves).head();
        refuses(window, leaves, fitting, words);
    }
}
