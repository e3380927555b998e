// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLine;
import io.tallystick.bundle.Manifest;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.InclusionPath;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Goes once through a chain's lines of one window: finds the entry, and its path in the chain's tree. Its data files are read
 * side by side, as many as there are processors.
 */
final class EntrySearch {
    private final Path folder;
    private final Manifest manifest;
    private final Manifest.Chain chain;
    private final WantedEntry wanted;
    private CompactRange range;
    private BundleLine line;
    private InclusionPath path;
    private final List<BundleLine> others = new ArrayList<>();

    EntrySearch(Path folder, Manifest manifest, Manifest.Chain chain, WantedEntry wanted) {
        this.folder = folder;
        this.manifest = manifest;
        this.chain = chain;
        this.wanted = wanted;
        this.range = CompactRange.of(chain.firstSeq(), chain.frontier());
    }

    /**
     * @throws IOException if a data file cannot be read
     * @throws BundleException if it is not what a data file may be; of several the first
     */
    void run() throws IOException, BundleException {
        List<Manifest.DataFile> files = manifest.filesOf(chain);
        int threads = Math.min(files.size(), Runtime.getRuntime().availableProcessors());
        ExecutorService pool = Executors.newFixedThreadPool(Math.max(1, threads));
        try {
            List<Future<DataFileSearch>> searches = new ArrayList<>();
            long first = chain.firstSeq();
            for (Manifest.DataFile file : files) {
                searches.add(pool.submit(new DataFileSearch(folder, file, first, wanted)));
                first += file.lines();
            }
            for (Future<DataFileSearch> search : searches) {
                join(search.get());
            }
        } catch (ExecutionException e) {
            throw thrown(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while data files were read");
        } finally {
            pool.shutdownNow();
        }
    }

    private static IOException thrown(Throwable cause) throws BundleException {
        if (cause instanceof BundleException fault) {
            throw fault;
        }
        if (cause instanceof IOException failure) {
            return failure;
        }
        throw new IllegalStateException("a data file could not be searched", cause);
    }

    private void join(DataFileSearch file) {
        if (file.match().isEmpty()) {
            follow(file.leaves());
            return;
        }
        DataFileSearch.Match match = file.match().get();
        if (line == null) {
            range = range.merge(match.before());
            line = match.line();
            path = new InclusionPath(range, match.leaf());
        } else {
            others.add(match.line());
            follow(match.before().append(match.leaf()));
        }
        others.addAll(file.others());
        follow(file.leaves());
    }

    private void follow(CompactRange leaves) {
        if (path == null) {
            range = range.merge(leaves);
        } else {
            path.append(leaves);
        }
    }

    Optional<BundleLine> line() {
        return Optional.ofNullable(line);
    }

    /** Further entries that are what was asked for. */
    List<BundleLine> others() {
        return others;
    }

    /** Of the entry found. */
    InclusionPath path() {
        return path;
    }

    /** Of the entry found, in its chain's tree. */
    long index() {
        return range.size();
    }
}
