// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.avro.Boundary;
import io.tallystick.avro.ClaimStatus;
import io.tallystick.avro.ExportedChain;
import io.tallystick.avro.ExportedFile;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.avro.SchemaReference;
import io.tallystick.bundle.BundleLine;
import io.tallystick.bundle.ExportRecord;
import io.tallystick.bundle.Manifest;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.Salt;
import io.tallystick.entry.SchemaRef;
import io.tallystick.export.assemble.ChainSegment;
import io.tallystick.export.assemble.DataFile;
import io.tallystick.export.assemble.EntryTally;
import io.tallystick.export.assemble.SourceStatus;
import io.tallystick.export.assemble.StoredEntry;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Between the Avro records of the topics and the values of the core. */
final class ExportRecords {
    private ExportRecords() {}

    static StoredEntry entry(LedgerEntry record) {
        return new StoredEntry(
                bytes(record.getEntry()),
                opening(record.getContext(), record.getContextSalt()),
                opening(record.getPayload(), record.getSalt()));
    }

    private static Optional<BundleLine.Opening> opening(ByteBuffer bytes, ByteBuffer salt) {
        return Optional.ofNullable(salt)
                .map(given -> new BundleLine.Opening(
                        Optional.ofNullable(bytes).map(ExportRecords::bytes),
                        Salt.of(bytes(given).array())));
    }

    static Map<ChainId, SourceStatus> claims(Boundary boundary) {
        Map<ChainId, SourceStatus> claims = new HashMap<>();
        for (ClaimStatus claim : boundary.getClaims()) {
            claims.put(ChainId.parse(claim.getChain()), new SourceStatus(claim.getSourceEnd(), claim.getAsOf()));
        }
        return claims;
    }

    static ExportedChain exported(ChainSegment segment, Manifest.Window window, int entriesPartition) {
        return ExportedChain.newBuilder()
                .setTenant(segment.chain().tenant())
                .setChain(segment.chain().toString())
                .setPartition(segment.chain().partition())
                .setWindowStart(window.start())
                .setWindowEnd(window.end())
                .setEntriesPartition(entriesPartition)
                .setFirstSeq(segment.before().size())
                .setSize(segment.after().size())
                .setPrev(buffer(segment.prev()))
                .setLastLeaf(buffer(segment.lastLeaf()))
                .setPreviousFrontier(buffers(segment.before().frontier()))
                .setFrontier(buffers(segment.after().frontier()))
                .setSourceFrom(segment.source().from())
                .setSourceNext(segment.source().next())
                .setSourceEnd(segment.status().map(SourceStatus::sourceEnd).orElse(null))
                .setAsOf(segment.status().map(SourceStatus::asOf).orElse(null))
                .setCounts(segment.tally().counts())
                .setReasons(segment.tally().reasons())
                .setSkippedOffsets(segment.tally().skippedOffsets())
                .setSchemas(segment.schemas().stream()
                        .map(schema -> new SchemaReference(
                                Math.toIntExact(schema.id()), schema.sha256().toString()))
                        .toList())
                .setFiles(segment.files().stream().map(ExportRecords::exported).toList())
                .build();
    }

    private static ExportedFile exported(DataFile file) {
        return new ExportedFile(
                file.content().name(),
                file.content().lines(),
                file.content().bytes(),
                file.content().sha256().toString(),
                file.stored().name(),
                file.stored().bytes(),
                file.stored().sha256().toString());
    }

    static ChainSegment segment(ExportedChain record) {
        return new ChainSegment(
                ChainId.parse(record.getChain()),
                CompactRange.of(record.getFirstSeq(), hashes(record.getPreviousFrontier())),
                CompactRange.of(record.getSize(), hashes(record.getFrontier())),
                hash(record.getPrev()),
                hash(record.getLastLeaf()),
                new Manifest.SourceSpan(record.getSourceFrom(), record.getSourceNext()),
                Optional.ofNullable(record.getSourceEnd()).map(end -> new SourceStatus(end, record.getAsOf())),
                EntryTally.of(record.getCounts(), record.getReasons(), record.getSkippedOffsets()),
                record.getSchemas().stream()
                        .map(schema -> new SchemaRef(schema.getId(), Hash.parseHex(schema.getSha256())))
                        .toList(),
                record.getFiles().stream().map(ExportRecords::file).toList());
    }

    private static DataFile file(ExportedFile file) {
        return new DataFile(
                new Manifest.DataFile(
                        file.getName(), file.getBytes(), file.getLines(), Hash.parseHex(file.getSha256())),
                new ExportRecord.StoredFile(
                        file.getStoredName(), file.getStoredBytes(), Hash.parseHex(file.getStoredSha256())));
    }

    static Bytes bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return Bytes.wrap(bytes);
    }

    static Hash hash(ByteBuffer buffer) {
        return Hash.of(buffer);
    }

    static List<Hash> hashes(List<ByteBuffer> buffers) {
        return buffers.stream().map(ExportRecords::hash).toList();
    }

    private static ByteBuffer buffer(Hash hash) {
        return ByteBuffer.wrap(hash.bytes());
    }

    private static List<ByteBuffer> buffers(List<Hash> hashes) {
        return hashes.stream().map(ExportRecords::buffer).toList();
    }
}
