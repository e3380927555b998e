// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import io.tallystick.bundle.Manifest;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.SchemaRef;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.TenantDescriptor;
import io.tallystick.tree.Hash;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one tenant's bundle of one window is made of. Everything here follows from the ledger's topics.
 *
 * @param tenant the tenant
 * @param sealed the registry's window
 * @param segments every chain of the tenant, ascending by partition
 * @param checkpoints signed checkpoint of each chain whose head this window registers
 */
public record TenantWindow(
        TenantDescriptor tenant, SealedWindow sealed, List<ChainSegment> segments, Map<ChainId, Bytes> checkpoints) {

    /** @throws LedgerIntegrityException if a head is missing, too many, or not what the registry holds */
    public TenantWindow {
        segments = segments.stream()
                .sorted(Comparator.comparingInt(segment -> segment.chain().partition()))
                .toList();
        checkpoints = Map.copyOf(checkpoints);
        for (ChainSegment segment : segments) {
            requireHead(tenant, sealed, segment, Optional.ofNullable(checkpoints.get(segment.chain())));
        }
    }

    private static void requireHead(
            TenantDescriptor tenant, SealedWindow sealed, ChainSegment segment, Optional<Bytes> checkpoint) {
        ChainId chain = segment.chain();
        if (!chain.tenant().equals(tenant.tenant())) {
            throw new LedgerIntegrityException(chain + " is not a chain of " + tenant.tenant());
        }
        boolean registered = sealed.registers(chain);
        if (registered != checkpoint.isPresent() || (!registered && !segment.isIdle())) {
            throw new LedgerIntegrityException("window " + sealed.window().start() + " of " + chain + " has "
                    + (segment.after().size() - segment.before().size()) + " entries, registered head: " + registered
                    + ", checkpoint: " + checkpoint.isPresent());
        }
        checkpoint.ifPresent(note -> sealed.requireHead(chain, segment.after().head(), tenant.blind(), note));
    }

    /** Whether the tenant has no bundle before this one: all its chains begin in this window. */
    public boolean isFirst() {
        return segments.stream().allMatch(segment -> segment.before().size() == 0);
    }

    /** The schemas the entries name, one for each text, ascending by digest. */
    public Collection<SchemaRef> schemas() {
        SortedMap<Hash, SchemaRef> schemas = new TreeMap<>();
        segments.forEach(segment -> segment.schemas().forEach(schema -> schemas.putIfAbsent(schema.sha256(), schema)));
        return schemas.values();
    }

    /** The data files, ascending by name. */
    List<DataFile> files() {
        return segments.stream()
                .flatMap(segment -> segment.files().stream())
                .sorted(Comparator.comparing(file -> file.content().name()))
                .toList();
    }

    /** The manifest, given the digest of the tenant's previous one. */
    Manifest manifest(Optional<Hash> previous) {
        return new Manifest(
                sealed.origin(),
                tenant.tenant(),
                sealed.window(),
                tenant.blind(),
                tenant.transactional(),
                previous,
                sealed.registry(),
                segments.stream().map(ChainSegment::describe).toList(),
                files().stream().map(DataFile::content).toList(),
                schemas().stream().map(SchemaRef::sha256).toList());
    }
}
