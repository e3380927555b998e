// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.registry;

import io.tallystick.anchor.window.StoreDigest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The registry's state, and the heads of windows that are not sealed yet. */
public interface RegistryStore {
    /** Empty before the first record. */
    Optional<RegistryState> state();

    /** Replaces the state. */
    void put(RegistryState state);

    /**
     * Adds a head of an open window.
     *
     * @return false, and nothing is changed, if the chain has a head for that window
     */
    boolean add(Instant window, WindowHead head);

    /** Takes the heads of a window out. */
    List<WindowHead> remove(Instant window);

    /** The digest of the heads that are there, under {@link RegistryCodec#key}. */
    StoreDigest held();

    /** Removes all heads and the state. */
    void clear();
}
