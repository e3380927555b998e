// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

import io.tallystick.tree.Hash;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** A store in memory, for tests that open hundreds of stores. */
public final class MemoryObjectStore implements ObjectStore {
    private final ConcurrentMap<ObjectName, byte[]> objects = new ConcurrentHashMap<>();

    @Override
    public PutOutcome putIfAbsent(ObjectName name, Content content, Protection protection) throws IOException {
        byte[] bytes;
        try (InputStream in = content.open()) {
            bytes = in.readAllBytes();
        }
        if (!Hash.sha256(bytes).equals(content.sha256())) {
            throw new IOException("content changed while it was stored");
        }
        return objects.putIfAbsent(name, bytes) == null ? PutOutcome.CREATED : PutOutcome.EXISTED;
    }

    @Override
    public Optional<InputStream> open(ObjectName name) {
        return Optional.ofNullable(objects.get(name)).map(ByteArrayInputStream::new);
    }

    /** Name to digest of every object. */
    public SortedMap<String, Hash> digests() {
        SortedMap<String, Hash> digests = new TreeMap<>();
        for (Map.Entry<ObjectName, byte[]> object : objects.entrySet()) {
            digests.put(object.getKey().path(), Hash.sha256(object.getValue()));
        }
        return digests;
    }

    /** Objects outlive whoever opened the store. */
    @Override
    public void close() {}
}
