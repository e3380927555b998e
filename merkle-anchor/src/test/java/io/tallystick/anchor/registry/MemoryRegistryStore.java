// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.registry;

import io.tallystick.anchor.window.StoreDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A store that lives as long as a test; keeps the stored bytes of the state. */
public final class MemoryRegistryStore implements RegistryStore {
    private final Map<Instant, List<WindowHead>> heads = new HashMap<>();
    private byte[] state;

    @Override
    public Optional<RegistryState> state() {
        return Optional.ofNullable(state).map(RegistryCodec::decodeState);
    }

    @Override
    public void put(RegistryState changed) {
        state = RegistryCodec.encode(changed);
    }

    @Override
    public boolean add(Instant window, WindowHead head) {
        List<WindowHead> kept = heads.computeIfAbsent(window, start -> new ArrayList<>());
        return kept.stream().noneMatch(other -> other.chain().equals(head.chain())) && kept.add(head);
    }

    @Override
    public List<WindowHead> remove(Instant window) {
        List<WindowHead> kept = heads.remove(window);
        return kept == null ? List.of() : kept;
    }

    @Override
    public StoreDigest held() {
        StoreDigest held = StoreDigest.EMPTY;
        for (Map.Entry<Instant, List<WindowHead>> window : heads.entrySet()) {
            for (WindowHead head : window.getValue()) {
                held = held.with(RegistryCodec.key(window.getKey(), head.chain()), RegistryCodec.encode(head.head()));
            }
        }
        return held;
    }

    @Override
    public void clear() {
        heads.clear();
        state = null;
    }
}
