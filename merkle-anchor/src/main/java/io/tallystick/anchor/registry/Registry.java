// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.registry;

import io.tallystick.anchor.window.StoreDigest;
import io.tallystick.anchor.window.WindowGrid;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.CompactRange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Decides what a record of {@code ledger.heads} does to the registry. Processing and rebuilding go through the same
 * methods.
 *
 * <p>A record at or before the last one read changes nothing. For one thread.
 */
public final class Registry {
    private final int partitions;
    private final WindowGrid windows;
    private final RegistryBuilder builder;
    private final RegistryStore store;
    private final Supplier<Base> base;

    /**
     * What was registered before the store's first record.
     *
     * @param registry frontier of the registry
     * @param until end of its last window; empty if there is none
     */
    public record Base(CompactRange registry, Optional<Instant> until) {
        /** A new ledger. */
        public static final Base NONE = new Base(CompactRange.EMPTY, Optional.empty());
    }

    /**
     * @param partitions number of partitions of {@code ledger.entries}
     * @param base asked when the store is empty: an empty store is never a reason to register a window again
     */
    public Registry(
            int partitions, WindowGrid windows, RegistryBuilder builder, RegistryStore store, Supplier<Base> base) {
        this.partitions = partitions;
        this.windows = windows;
        this.builder = builder;
        this.store = store;
        this.base = base;
    }

    /** Whether the record was taken into account before. */
    public boolean covers(long offset) {
        return store.state().filter(state -> offset <= state.lastOffset()).isPresent();
    }

    /** Whether the store holds a state and exactly the heads the state commits to. Reads the whole store. */
    public boolean intact() {
        return store.state().filter(state -> state.kept().equals(store.held())).isPresent();
    }

    /**
     * Goes on from the end of a window that all partitions have closed instead of from the first record. The store is empty.
     *
     * @param offset of the last record that need not be offered
     * @param sealedUntil the window's end; only records of later windows are offered
     * @throws LedgerIntegrityException if the window was never registered
     */
    public void resume(long offset, Instant sealedUntil) {
        Base registered = base.get();
        if (registered.until().filter(until -> !until.isBefore(sealedUntil)).isEmpty()) {
            throw new LedgerIntegrityException("all partitions have closed the window that ends at " + sealedUntil
                    + ", but the registry ends at "
                    + registered.until().map(Instant::toString).orElse("its beginning"));
        }
        store.put(begin(registered, sealedUntil).at(offset));
    }

    /** Takes note that a record of a window before those {@link #resume} named was read. */
    public void passOver(long offset) {
        store.put(store.state().orElseThrow().at(offset));
    }

    /**
     * Keeps a head of a window until the window is sealed.
     *
     * @param window start of the window
     * @throws LedgerIntegrityException if the partition has closed the window, or the chain has a head for it
     */
    public void keep(long offset, int partition, Instant window, WindowHead head) {
        RegistryState state = stateAt(window);
        WindowTracker counted = state.windows().count(partition, window);
        if (!store.add(window, head)) {
            throw new LedgerIntegrityException(
                    "a second head of chain " + head.chain() + " for the window from " + window);
        }
        StoreDigest kept =
                state.kept().with(RegistryCodec.key(window, head.chain()), RegistryCodec.encode(head.head()));
        store.put(new RegistryState(offset, state.registry(), state.registeredUntil(), counted, kept));
    }

    /**
     * Closes a window in one partition.
     *
     * @param heads number of heads the partition cut for it
     * @return the windows sealed by that, in order
     * @throws LedgerIntegrityException if windows or heads are missing, or a window was closed before
     */
    public List<SealedWindow> close(long offset, int partition, Instant start, Instant end, int heads) {
        RegistryState state = stateAt(start);
        WindowTracker.Advance advance = state.windows().close(partition, start, end, heads, windows);
        CompactRange registry = state.registry();
        Instant until = state.registeredUntil();
        StoreDigest kept = state.kept();
        List<SealedWindow> sealed = new ArrayList<>();
        for (Instant window : advance.complete()) {
            List<WindowHead> found = store.remove(window);
            for (WindowHead head : found) {
                kept = kept.without(RegistryCodec.key(window, head.chain()), RegistryCodec.encode(head.head()));
            }
            if (windows.endOf(window).isAfter(until)) {
                SealedWindow next = builder.seal(registry, window, found);
                registry = next.extended();
                until = next.end();
                sealed.add(next);
            }
        }
        store.put(new RegistryState(offset, registry, until, advance.tracker(), kept));
        return sealed;
    }

    /** The state; before the first record all partitions begin with its window. */
    private RegistryState stateAt(Instant window) {
        return store.state().orElseGet(() -> begin(base.get(), window));
    }

    private RegistryState begin(Base registered, Instant window) {
        return new RegistryState(
                -1,
                registered.registry(),
                registered.until().orElse(window),
                WindowTracker.startingAt(partitions, window),
                StoreDigest.EMPTY);
    }
}
