// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Manifest;
import io.tallystick.verify.ExitCode;
import io.tallystick.verify.Inspector;
import io.tallystick.verify.NoSuchEntryException;
import io.tallystick.verify.PlainText;
import io.tallystick.verify.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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
            "Print what a bundle or one of its files says. The form is checked, nothing is verified: see 'tally verify'.",
            "Of a bundle's folder a summary; of a data file or of leaves.ndjson the line chosen with --line, with its leaf",
            "hash, payload and salts; of manifest, export record, envelope, registry proofs and checkpoints their content",
            "and digest. With --output json one object, in which the content stands as it is stored; of a bundle's folder",
            "its manifest, and whether the bundle is committed."
        })
final class InspectCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Mixin
    private OutputOption output;

    @Parameters(paramLabel = "PATH", description = "Folder of a bundle, or a file of one.")
    private Path path;

    @Option(
            names = "--line",
            paramLabel = "N",
            defaultValue = "1",
            description = "Line of a data file or of leaves.ndjson (default: 1).")
    private long line;

    @Override
    public void run() {
        if (Files.notExists(path)) {
            throw new CommandException(ExitCode.USAGE, path + " does not exist", "Name a bundle or a file of one.");
        }
        if (!Files.isDirectory(path) && !Inspector.isShown(path)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    path + " is no file that is shown",
                    "Shown are data files, leaves.ndjson, manifest.json, export.json, bundle.dsse.json, registry.json and"
                            + " checkpoints. SHA256SUMS, manifest.sig and schemas: sha256sum, openssl and any editor.");
        }
        PrintWriter out = spec.commandLine().getOut();
        try {
            if (Files.isDirectory(path) && output.json()) {
                out.print(json());
            } else if (Files.isDirectory(path)) {
                summarise(out);
            } else {
                out.print(output.json() ? Inspector.json(path, line) : PlainText.lines(Inspector.file(path, line)));
            }
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.USAGE, "cannot read " + path + ": " + Reason.of(e), "Name a bundle or a file of one.", e);
        } catch (NoSuchEntryException e) {
            throw new CommandException(ExitCode.USAGE, e.getMessage(), "Choose one with --line.", e);
        } catch (BundleException e) {
            throw new CommandException(
                    ExitCode.FAILED,
                    path + " has not the form it must have: " + e.getMessage(),
                    "'tally verify' says what is wrong with a bundle.",
                    e);
        }
        out.flush();
    }

    private String json() throws IOException, BundleException, NoSuchEntryException {
        String manifest = Inspector.json(manifestFile(), 1);
        return "{\"committed\":" + isCommitted() + "," + manifest.substring(1);
    }

    /** A folder has been named, so what lies in it is not what anybody meant: a pipe would be waited for without end. */
    private Path manifestFile() throws NoSuchFileException {
        Path manifest = path.resolve(BundleLayout.MANIFEST);
        if (!Files.isRegularFile(manifest)) {
            throw new NoSuchFileException(BundleLayout.MANIFEST, null, "no such regular file");
        }
        return manifest;
    }

    private boolean isCommitted() {
        return Files.isRegularFile(path.resolve(BundleLayout.CHECKPOINT), LinkOption.NOFOLLOW_LINKS);
    }

    private void summarise(PrintWriter out) throws IOException, BundleException {
        Manifest manifest;
        try (InputStream in = Files.newInputStream(manifestFile())) {
            manifest = Manifest.parse(in.readNBytes(BundleLayout.MANIFEST_BYTES_MAX + 1));
        }
        out.println("bundle of tenant " + manifest.tenant() + " of ledger " + manifest.origin());
        out.println("  window    " + manifest.window().start() + " to "
                + manifest.window().end());
        out.println("  registry  size " + manifest.registry().size() + ", root "
                + manifest.registry().root());
        manifest.previous().ifPresent(previous -> out.println("  previous  manifest " + previous));
        for (Manifest.Chain chain : manifest.chains()) {
            out.println("  chain     " + manifest.chainId(chain) + " [" + chain.firstSeq() + ", " + chain.size() + ") "
                    + chain.counts() + (chain.reasons().isEmpty() ? "" : " " + chain.reasons())
                    + ", source offsets [" + chain.source().from() + ", "
                    + chain.source().next() + ")");
        }
        manifest.data()
                .forEach(file -> out.println("  data      " + file.name() + BundleLayout.STORED_SUFFIX + ", "
                        + file.lines() + " lines, " + file.bytes() + " bytes"));
        out.println(
                isCommitted()
                        ? "  committed by its checkpoint"
                        : "  NOT COMMITTED: there is no file named checkpoint, so this folder does not count");
    }
}
