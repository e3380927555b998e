// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.ByteSearch;
import io.tallystick.bundle.Manifest;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.Control;
import io.tallystick.entry.Entry;
import io.tallystick.entry.Event;
import io.tallystick.json.Jcs;
import io.tallystick.json.JsonString;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/** Which entry to cut out. */
public sealed interface WantedEntry {
    /** The entry at a place, of any kind. */
    record At(ChainId chain, long seq) implements WantedEntry {
        public At {
            Objects.requireNonNull(chain);
        }

        @Override
        public boolean mayBeOf(String tenant) {
            return chain.tenant().equals(tenant);
        }

        @Override
        public boolean isOnePlace() {
            return true;
        }

        @Override
        public boolean mayBeIn(ChainId id, Manifest.Chain window) {
            return id.equals(chain) && window.firstSeq() <= seq && seq < window.size();
        }

        @Override
        public Sieve sieve() {
            return (entrySeq, line, from, to) -> entrySeq == seq;
        }

        @Override
        public boolean is(Entry entry) {
            return entry.seq() == seq;
        }

        @Override
        public String toString() {
            return chain + " seq " + seq;
        }
    }

    /**
     * The event or control entry with an id; duplicates and rejected ones are found by their place.
     *
     * @param producer to tell apart events of several producers; absent if the id is enough
     * @param chain where to look; absent for everywhere
     */
    record Named(String id, Optional<String> producer, Optional<ChainId> chain) implements WantedEntry {
        private static final byte[] LABEL = "\"id\":".getBytes(StandardCharsets.US_ASCII);

        public Named {
            Objects.requireNonNull(id);
            Objects.requireNonNull(producer);
            Objects.requireNonNull(chain);
        }

        @Override
        public boolean mayBeOf(String tenant) {
            return chain.isEmpty() || chain.get().tenant().equals(tenant);
        }

        @Override
        public boolean isOnePlace() {
            return false;
        }

        @Override
        public boolean mayBeIn(ChainId of, Manifest.Chain window) {
            return chain.isEmpty() || chain.get().equals(of);
        }

        /** In an entry that has one, nothing before its id looks like its label. */
        @Override
        public Sieve sieve() {
            byte[] member = concat(LABEL, Jcs.encode(new JsonString(id)));
            return (entrySeq, line, from, to) -> {
                int at = ByteSearch.indexOf(LABEL, line, from, to);
                int end = at + member.length;
                return end <= to && Arrays.equals(line, at, end, member, 0, member.length);
            };
        }

        private static byte[] concat(byte[] label, byte[] value) {
            byte[] member = Arrays.copyOf(label, label.length + value.length);
            System.arraycopy(value, 0, member, label.length, value.length);
            return member;
        }

        @Override
        public boolean is(Entry entry) {
            if (entry.body() instanceof Control control) {
                return control.id().equals(id) && producer.isEmpty();
            }
            return entry.body() instanceof Event event
                    && event.id().equals(id)
                    && event.duplicateOf().isEmpty()
                    && (producer.isEmpty() || producer.equals(event.producer()));
        }

        @Override
        public String toString() {
            return "event '" + id + "'" + producer.map(name -> " of " + name).orElse("")
                    + chain.map(name -> " in chain " + name).orElse("");
        }
    }

    /**
     * An entry that is looked for in some bundles alone.
     *
     * @param tenant whose bundles; empty for everybody's
     * @param windows bundles of these windows
     */
    record Within(WantedEntry entry, Optional<String> tenant, Windows windows) implements WantedEntry {
        public Within {
            Objects.requireNonNull(entry);
            Objects.requireNonNull(tenant);
            Objects.requireNonNull(windows);
        }

        @Override
        public boolean mayBeOf(String name) {
            return tenant.map(name::equals).orElse(true) && entry.mayBeOf(name);
        }

        @Override
        public boolean mayBeAt(Instant windowStart) {
            return windows.covers(windowStart) && entry.mayBeAt(windowStart);
        }

        @Override
        public boolean isOnePlace() {
            return entry.isOnePlace();
        }

        @Override
        public boolean mayBeIn(ChainId chain, Manifest.Chain window) {
            return mayBeOf(chain.tenant()) && entry.mayBeIn(chain, window);
        }

        @Override
        public Sieve sieve() {
            return entry.sieve();
        }

        @Override
        public boolean is(Entry candidate) {
            return entry.is(candidate);
        }

        @Override
        public String toString() {
            return entry
                    + tenant.map(name -> " of tenant " + name).orElse("")
                    + (windows.equals(Windows.ALL) ? "" : " in the windows that were asked for");
        }
    }

    /** Never says no to the right entry. */
    interface Sieve {
        /** @param line whose part {@code [from, to)} is the entry of this sequence */
        boolean passes(long seq, byte[] line, int from, int to);
    }

    /** Whether it can be one of this tenant's. */
    boolean mayBeOf(String tenant);

    /** Whether it can be in a bundle of the window that begins then. */
    default boolean mayBeAt(Instant windowStart) {
        return true;
    }

    /** Whether no other entry can be it, so that nobody need look further once it is found. */
    boolean isOnePlace();

    /** Whether the chain's part in one window can hold it. */
    boolean mayBeIn(ChainId chain, Manifest.Chain window);

    /** A cheap test for many entries. */
    Sieve sieve();

    /** Whether it is the one. */
    boolean is(Entry entry);
}
