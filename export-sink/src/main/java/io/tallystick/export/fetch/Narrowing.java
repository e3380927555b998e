// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.fetch;

import io.tallystick.bundle.Manifest;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Predicate;

/**
 * Which of a tenant's windows are wanted, where its manifests tell it. They are asked as long as it takes to find the place,
 * not one after another.
 *
 * @param isEarly true of a tenant's manifests up to some window, false of all later ones
 * @param alone whether the last early window is wanted alone; else it is wanted with all that follow
 */
public record Narrowing(Predicate<Manifest> isEarly, boolean alone) {
    /** All windows. */
    public static final Narrowing NONE = new Narrowing(manifest -> false, false);

    /** The last window that was covered already, which the next one is held to, and all that follow. */
    public static Narrowing after(Predicate<Manifest> isCovered) {
        return new Narrowing(isCovered, false);
    }

    /** The last window that begins at or before the place that is looked for. */
    public static Narrowing at(Predicate<Manifest> beginsBefore) {
        return new Narrowing(beginsBefore, true);
    }

    /** Reads the manifest of a window; empty if it is none, so that nothing can be told from it. */
    interface Manifests<K> {
        Optional<Manifest> read(K window) throws IOException;
    }

    /** Of what is asked for, the windows that are wanted; all of it where nothing tells them apart. */
    <K> Span of(SortedMap<Instant, K> windows, Span asked, Manifests<K> manifests) throws IOException {
        if (equals(NONE)) {
            return asked;
        }
        Instant[] starts = windows.keySet().toArray(Instant[]::new);
        int early = 0;
        int end = starts.length;
        while (early < end) {
            int middle = (early + end) >>> 1;
            Optional<Manifest> manifest = manifests.read(windows.get(starts[middle]));
            if (manifest.isEmpty()) {
                return asked; // the verifier says what is wrong with it
            }
            if (isEarly.test(manifest.get())) {
                early = middle + 1;
            } else {
                end = middle;
            }
        }
        if (early == 0) {
            return asked;
        }
        Instant last = starts[early - 1];
        return new Span(last, alone ? last.plusNanos(1) : asked.to());
    }
}
