// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.bundle.EntryProof;
import io.tallystick.bundle.RegistryLeaf;
import io.tallystick.entry.Entry;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.SignedNote;
import io.tallystick.verify.ExitCode;
import io.tallystick.verify.OutputFile;
import io.tallystick.verify.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** {@code --out}, {@code --tlog-proof}: where a proof goes. */
final class ProofOutput {
    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = {
                "Where to write (default: <tenant>-<partition>-<seq>.proof.json in the current folder). A file of that name"
                        + " is",
                "replaced, as a whole; it may not be, or lie in, what is read."
            })
    private Path out;

    @Option(
            names = "--tlog-proof",
            paramLabel = "DIR",
            description = "Also write each path as a C2SP .tlog-proof, with the leaf it is for beside it.")
    private Path tlogProofs;

    /**
     * Before anything is looked for. The names may not be known yet: then it is their folder that counts.
     *
     * @throws CommandException if what is read would be written over
     */
    void requireApart(Collection<Path> read) {
        OutputPlaces.require(read, outputs -> {
            if (out == null) {
                outputs.folder("--out, by default the current folder,", Path.of("."));
            } else {
                outputs.file("--out", out);
            }
            if (tlogProofs != null) {
                outputs.folder("--tlog-proof", tlogProofs);
            }
        });
    }

    /** The file of the proof. */
    Path file(EntryProof proof) {
        return out == null ? Path.of(name(proof) + EntryProof.SUFFIX) : out;
    }

    private static String name(EntryProof proof) {
        Entry entry = proof.line().entry();
        return entry.chain().tenant() + "-" + entry.chain().partition() + "-" + entry.seq();
    }

    /**
     * Writes the proof, and its paths if they are asked for.
     *
     * @throws CommandException if they cannot be written, or something that is read would be written over
     */
    void write(EntryProof proof, Collection<Path> read) {
        Map<Path, byte[]> paths = tlogProofs == null ? Map.of() : paths(proof);
        try {
            if (tlogProofs != null) {
                Files.createDirectories(tlogProofs);
            }
            OutputPlaces.require(read, outputs -> {
                outputs.file("--out", file(proof));
                paths.keySet().forEach(path -> outputs.file("--tlog-proof", path));
            });
            byte[] bytes = proof.encode();
            OutputFile.write(file(proof), to -> to.write(bytes));
            for (Map.Entry<Path, byte[]> path : paths.entrySet()) {
                OutputFile.write(path.getKey(), to -> to.write(path.getValue()));
            }
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.USAGE, "cannot write: " + Reason.of(e), "Name a file in a folder of yours.", e);
        }
    }

    private Map<Path, byte[]> paths(EntryProof proof) {
        String name = name(proof);
        Map<Path, byte[]> files = new LinkedHashMap<>();
        put(
                files,
                name + ".entry",
                proof.chain().encode(),
                proof.line().entryBytes().toByteArray());
        put(files, name + ".head", proof.head().encode(), headLeaf(proof));
        put(files, name + ".window", proof.window().encode(), proof.windowLeaf().encode());
        return files;
    }

    private void put(Map<Path, byte[]> files, String name, byte[] path, byte[] leaf) {
        files.put(tlogProofs.resolve(name + ".tlog-proof"), path);
        files.put(tlogProofs.resolve(name + ".leaf"), leaf);
    }

    private static byte[] headLeaf(EntryProof proof) {
        try {
            Checkpoint checkpoint = Checkpoint.parse(
                    SignedNote.parse(proof.chain().checkpoint()).text());
            return new RegistryLeaf.Head(
                            RegistryLeaf.chainId(checkpoint.origin()),
                            RegistryLeaf.headCommitment(proof.blind().bytes(), checkpoint.text()),
                            proof.windowLeaf().start())
                    .encode();
        } catch (NoteException e) {
            throw new IllegalStateException("a proof that was verified has a checkpoint that does not parse", e);
        }
    }
}
