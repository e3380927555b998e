// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystick.anchor.EntryChain;
import io.tallystick.anchor.window.WindowGrid;
import io.tallystick.entry.ChainId;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RegistryTest {
    private static final WindowGrid GRID = new WindowGrid(Duration.ofMinutes(15));
    private static final Instant FIRST = Instant.parse("2026-11-21T12:00:00Z");
    private static final Instant SECOND = GRID.endOf(FIRST);
    private static final Instant THIRD = GRID.endOf(SECOND);

    private final RegistryBuilder builder =
            new RegistryBuilder(EntryChain.ORIGIN, GRID, tenant -> Hash.sha256(tenant.getBytes(UTF_8)));
    private final MemoryRegistryStore store = new MemoryRegistryStore();
    private final Registry registry = new Registry(2, GRID, builder, store, () -> Registry.Base.NONE);
    private long offset;

    private static WindowHead head(String chain, long size) {
        return new WindowHead(ChainId.parse(chain), new TreeHead(size, Hash.sha256(chain.getBytes(UTF_8))));
    }

    private List<SealedWindow> close(Registry of, int partition, Instant window, int heads) {
        return of.close(offset++, partition, window, GRID.endOf(window), heads);
    }

    private void keep(Registry of, int partition, Instant window, WindowHead head) {
        of.keep(offset++, partition, window, head);
    }

    @Test
    void aWindowIsSealedWithTheHeadsOfAllPartitions() {
        keep(registry, 0, FIRST, head("acme/0", 2));
        List<SealedWindow> none = close(registry, 0, FIRST, 1);
        keep(registry, 1, FIRST, head("acme/1", 3));

        List<SealedWindow> sealed = close(registry, 1, FIRST, 1);

        assertThat(none).isEmpty();
        assertThat(sealed)
                .containsExactly(
                        builder.seal(CompactRange.EMPTY, FIRST, List.of(head("acme/0", 2), head("acme/1", 3))));
        assertThat(store.state().orElseThrow().registry())
                .isEqualTo(sealed.get(0).extended());
    }

    @Test
    void aPartitionThatIsAheadDoesNotMixItsWindows() {
        keep(registry, 0, FIRST, head("acme/0", 2));
        close(registry, 0, FIRST, 1);
        keep(registry, 0, SECOND, head("acme/0", 5));
        close(registry, 0, SECOND, 1);

        List<SealedWindow> first = close(registry, 1, FIRST, 0);
        List<SealedWindow> second = close(registry, 1, SECOND, 0);

        SealedWindow expected = builder.seal(CompactRange.EMPTY, FIRST, List.of(head("acme/0", 2)));
        assertThat(first).containsExactly(expected);
        assertThat(second).containsExactly(builder.seal(expected.extended(), SECOND, List.of(head("acme/0", 5))));
    }

    @Test
    void emptyWindowsAreSealedToo() {
        close(registry, 0, FIRST, 0);

        assertThat(close(registry, 1, FIRST, 0)).singleElement().satisfies(window -> assertThat(window.leaves())
                .hasSize(1));
    }

    @Test
    void anEmptyStoreDoesNotRegisterAWindowAgain() {
        SealedWindow known = builder.seal(CompactRange.EMPTY, FIRST, List.of(head("acme/0", 2)));
        Registry rebuilt = new Registry(
                2,
                GRID,
                builder,
                new MemoryRegistryStore(),
                () -> new Registry.Base(known.extended(), Optional.of(known.end())));

        keep(rebuilt, 0, FIRST, head("acme/0", 2));
        close(rebuilt, 0, FIRST, 1);
        List<SealedWindow> again = close(rebuilt, 1, FIRST, 0);
        close(rebuilt, 0, SECOND, 0);
        List<SealedWindow> next = close(rebuilt, 1, SECOND, 0);

        assertThat(again).isEmpty();
        assertThat(next).containsExactly(builder.seal(known.extended(), SECOND, List.of()));
    }

    private Registry endingWith(SealedWindow known, RegistryStore where) {
        return new Registry(
                2, GRID, builder, where, () -> new Registry.Base(known.extended(), Optional.of(known.end())));
    }

    @Test
    void itGoesOnFromAWindowThatAllHadClosed() {
        SealedWindow known = builder.seal(CompactRange.EMPTY, FIRST, List.of(head("acme/0", 2)));
        MemoryRegistryStore empty = new MemoryRegistryStore();
        Registry resumed = endingWith(known, empty);

        resumed.resume(40, SECOND);
        resumed.passOver(41);
        assertThat(resumed.covers(41)).isTrue();
        assertThat(resumed.covers(42)).isFalse();
        offset = 42;
        keep(resumed, 0, SECOND, head("acme/0", 5));
        close(resumed, 0, SECOND, 1);
        List<SealedWindow> next = close(resumed, 1, SECOND, 0);

        assertThat(next).containsExactly(builder.seal(known.extended(), SECOND, List.of(head("acme/0", 5))));
        assertThat(resumed.intact()).isTrue();
    }

    /** The group's offsets were set back: the windows in between are closed again and not sealed again. */
    @Test
    void itGoesOnFromAnEarlierWindowThanTheLastRegistered() {
        SealedWindow first = builder.seal(CompactRange.EMPTY, FIRST, List.of());
        SealedWindow known = builder.seal(first.extended(), SECOND, List.of(head("acme/0", 5)));
        Registry resumed = endingWith(known, new MemoryRegistryStore());

        resumed.resume(2, SECOND);
        offset = 3;
        keep(resumed, 0, SECOND, head("acme/0", 5));
        close(resumed, 0, SECOND, 1);

        assertThat(close(resumed, 1, SECOND, 0)).isEmpty();
        close(resumed, 0, THIRD, 0);
        assertThat(close(resumed, 1, THIRD, 0)).containsExactly(builder.seal(known.extended(), THIRD, List.of()));
    }

    @Test
    void aClosedWindowThatWasNeverRegisteredIsAViolation() {
        SealedWindow known = builder.seal(CompactRange.EMPTY, FIRST, List.of());
        MemoryRegistryStore empty = new MemoryRegistryStore();

        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> endingWith(known, empty).resume(9, THIRD))
                .withMessageContainingAll("ends at " + THIRD, "the registry ends at " + SECOND);
        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> registry.resume(9, SECOND))
                .withMessageContaining("the registry ends at its beginning");
        assertThat(empty.state()).isEmpty();
        assertThat(store.state()).isEmpty();
    }

    @Test
    void aRecordThatWasReadBeforeIsKnownByItsOffset() {
        assertThat(registry.covers(0)).isFalse();
        close(registry, 0, FIRST, 0);
        close(registry, 1, FIRST, 0);

        assertThat(registry.covers(1)).isTrue();
        assertThat(registry.covers(2)).isFalse();
    }

    @Test
    void aSecondHeadOfAChainForAWindowIsAViolation() {
        keep(registry, 0, FIRST, head("acme/0", 2));

        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> keep(registry, 0, FIRST, head("acme/0", 3)))
                .withMessageContaining("a second head of chain acme/0");
    }

    @Test
    void aHeadOfAClosedWindowIsAViolation() {
        close(registry, 0, FIRST, 0);

        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> keep(registry, 0, FIRST, head("acme/0", 3)));
    }

    @Test
    void aMissingHeadIsAViolationAndNothingIsSealed() {
        keep(registry, 0, FIRST, head("acme/0", 2));

        assertThatExceptionOfType(LedgerIntegrityException.class).isThrownBy(() -> close(registry, 0, FIRST, 2));
        assertThat(store.state().orElseThrow().registry()).isEqualTo(CompactRange.EMPTY);
    }

    @Test
    void aPartitionThatBeginsLaterThanTheOthersIsAViolation() {
        close(registry, 0, FIRST, 0);

        assertThatExceptionOfType(LedgerIntegrityException.class).isThrownBy(() -> close(registry, 1, SECOND, 0));
        assertThatExceptionOfType(LedgerIntegrityException.class).isThrownBy(() -> close(registry, 0, THIRD, 0));
    }

    @Test
    void storedStatesOfOtherFormsAreRefused() {
        keep(registry, 0, FIRST, head("acme/0", 2));
        byte[] state = RegistryCodec.encode(store.state().orElseThrow());
        for (int length = 0; length < state.length; length++) {
            refusesState(Arrays.copyOf(state, length));
        }
        refusesState(Arrays.copyOf(state, state.length + 1));
        byte[] version = state.clone();
        version[0] = 9;
        refusesState(version);
        byte[] count = state.clone();
        count[state.length - 25] = 3;
        refusesState(count);
    }

    private static void refusesState(byte[] stored) {
        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> RegistryCodec.decodeState(stored))
                .withMessageContaining("damaged");
    }

    @Test
    void storedHeadsSurviveAndOtherFormsAreRefused() {
        WindowHead head = head("acme/0", 2);
        byte[] stored = RegistryCodec.encode(head.head());

        assertThat(RegistryCodec.decodeHead(head.chain(), stored)).isEqualTo(head);
        for (byte[] wrong : List.of(Arrays.copyOf(stored, 40), Arrays.copyOf(stored, 42), new byte[41])) {
            assertThatExceptionOfType(LedgerIntegrityException.class)
                    .isThrownBy(() -> RegistryCodec.decodeHead(head.chain(), wrong));
        }
    }
}
