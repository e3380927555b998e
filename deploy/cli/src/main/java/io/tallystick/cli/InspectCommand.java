// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.luben.zstd.ZstdInputStream;
import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.BundleLine;
import io.tallystick.bundle.Manifest;
import io.tallystick.json.JsonObject;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteSignature;
import io.tallystick.note.SignedNote;
import io.tallystick.tree.Rfc6962;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tally inspect}: what a piece of evidence says. Checks its form, not its signatures. */
@Command(
        name = "inspect",
        description = {
            "Print what a bundle, a manifest, a checkpoint or a data file says. Nothing is verified: see 'tally verify'.",
            "Of a data file the entries are printed with their leaf hashes; --seq chooses one."
        })
final class InspectCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Mixin
    private OutputOption output;

    @Parameters(paramLabel = "PATH", description = "Bundle folder, manifest.json, checkpoint, or chain-*.ndjson.zst.")
    private Path path;

    @Option(names = "--seq", description = "Only the entry with this sequence.")
    private Long seq;

    @Override
    public void run() {
        try {
            inspect(path);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCodes.USAGE,
                    "cannot read " + path + ": " + e.getMessage(),
                    "Name a file or folder of a bundle.",
                    e);
        } catch (BundleException | NoteException e) {
            throw new CommandException(
                    ExitCodes.FAILED,
                    path + " has not the form it must have: " + e.getMessage(),
                    "Try 'tally verify'.",
                    e);
        }
        spec.commandLine().getOut().flush();
    }

    private void inspect(Path file) throws IOException, BundleException, NoteException {
        if (Files.isDirectory(file)) {
            inspectBundle(file);
        } else if (file.endsWith(BundleLayout.MANIFEST)) {
            printManifest(Manifest.parse(Files.readAllBytes(file)));
        } else if (file.getFileName().toString().endsWith(BundleLayout.STORED_SUFFIX)) {
            printEntries(file);
        } else {
            printCheckpoint(SignedNote.parse(Files.readAllBytes(file)));
        }
    }

    private void inspectBundle(Path folder) throws IOException, BundleException, NoteException {
        inspect(folder.resolve(BundleLayout.MANIFEST));
        Path checkpoint = folder.resolve(BundleLayout.CHECKPOINT);
        if (Files.exists(checkpoint)) {
            inspect(checkpoint);
        } else {
            out().println("no checkpoint: this bundle is not committed");
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> data = files.filter(file -> file.getFileName().toString().endsWith(BundleLayout.STORED_SUFFIX))
                    .sorted()
                    .toList();
            for (Path file : data) {
                out().println("data file " + file.getFileName() + ", " + Files.size(file) + " bytes stored");
            }
        }
    }

    private void printManifest(Manifest manifest) {
        if (output.json()) {
            out().println(new String(manifest.encode(), UTF_8));
            return;
        }
        out().println("bundle of tenant " + manifest.tenant() + " of ledger " + manifest.origin());
        out().println("  window    " + manifest.window().start() + " to "
                + manifest.window().end());
        out().println("  registry  size " + manifest.registry().size() + ", root "
                + manifest.registry().root());
        manifest.previous().ifPresent(previous -> out().println("  previous  manifest " + previous));
        for (Manifest.Chain chain : manifest.chains()) {
            out().println("  chain " + manifest.chainId(chain) + "  entries " + chain.firstSeq() + " to " + chain.size()
                    + " (exclusive) " + chain.counts() + (chain.reasons().isEmpty() ? "" : " " + chain.reasons())
                    + ", source offsets " + chain.source().from() + " to "
                    + chain.source().next());
        }
    }

    private void printCheckpoint(SignedNote note) throws NoteException {
        Checkpoint checkpoint = Checkpoint.parse(note.text());
        if (output.json()) {
            out().println(OutputOption.text(JsonObject.builder()
                    .put("origin", checkpoint.origin())
                    .put("root", checkpoint.head().root().toString())
                    .put("signatures", note.signatures().size())
                    .put("size", checkpoint.head().size())
                    .build()));
            return;
        }
        out().println("checkpoint of " + checkpoint.origin());
        out().println("  size  " + checkpoint.head().size());
        out().println("  root  " + checkpoint.head().root());
        for (NoteSignature signature : note.signatures()) {
            out().println("  signed by " + signature.keyName() + ", key id "
                    + String.format("%08x", signature.keyId()));
        }
    }

    private void printEntries(Path file) throws IOException, BundleException {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(new ZstdInputStream(Files.newInputStream(file)), UTF_8))) {
            for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                BundleLine line = BundleLine.parse(text.getBytes(UTF_8));
                if (seq == null || line.entry().seq() == seq) {
                    byte[] entry = line.entryBytes().toByteArray();
                    out().println(Rfc6962.leafHash(entry) + " " + new String(entry, UTF_8));
                    if (seq != null) {
                        out().println(text);
                    }
                }
            }
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
