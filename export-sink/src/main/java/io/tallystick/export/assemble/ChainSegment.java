// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import io.tallystick.bundle.Manifest;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.SchemaRef;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What one window added to one chain: the entries from {@code before.size()} to {@code after.size()}, none if the chain
 * was idle.
 *
 * @param chain chain id
 * @param before compact range at the window's start
 * @param after compact range at the window's end
 * @param prev leaf hash of the last entry before the window; zeros if there is none
 * @param lastLeaf leaf hash of the last entry of the chain
 * @param source source position before the first and after the last entry; {next, next} if idle
 * @param status from the last claim before the window's end
 * @param tally entries counted
 * @param schemas schemas the entries name, ascending by digest
 * @param files data files, ascending by name
 */
public record ChainSegment(
        ChainId chain,
        CompactRange before,
        CompactRange after,
        Hash prev,
        Hash lastLeaf,
        Manifest.SourceSpan source,
        Optional<SourceStatus> status,
        EntryTally tally,
        List<SchemaRef> schemas,
        List<DataFile> files) {
    public ChainSegment {
        schemas = List.copyOf(schemas);
        files = List.copyOf(files);
    }

    /** Where the chain stands afterwards. */
    public ChainState state() {
        return new ChainState(chain, after, lastLeaf, source.next(), status);
    }

    /** Whether the window has no entries of the chain. */
    public boolean isIdle() {
        return before.size() == after.size();
    }

    /** The same, but for the stored forms of the files, which may differ between two compressors. */
    public boolean sameEntries(ChainSegment other) {
        return withoutStored().equals(other.withoutStored());
    }

    private ChainSegment withoutStored() {
        List<DataFile> contents =
                files.stream().map(file -> new DataFile(file.content(), null)).toList();
        return new ChainSegment(chain, before, after, prev, lastLeaf, source, status, tally, schemas, contents);
    }

    /** The chain's part of the manifest. */
    Manifest.Chain describe() {
        return new Manifest.Chain(
                chain.partition(),
                before.size(),
                after.size(),
                prev,
                before.frontier(),
                before.root(),
                after.root(),
                source,
                status.map(s -> OptionalLong.of(s.sourceEnd())).orElse(OptionalLong.empty()),
                status.map(SourceStatus::asOf),
                tally.counts(),
                tally.reasons(),
                tally.skippedOffsets());
    }
}
