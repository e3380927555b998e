// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.witness.server;

import io.tallystick.anchor.witness.WitnessState.Fork;
import io.tallystick.entry.Bytes;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.SignedNote;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * The signed notes that show a fork: two of one log, for one size, with two roots. Nothing is decided by them, so they are not in
 * the index.
 *
 * <pre>
 * &lt;SHA-256 of origin&gt;.note                                        the note cosigned last
 * forks/&lt;SHA-256 of origin&gt;/cosigned-&lt;size&gt;-&lt;root&gt;.note            what was cosigned where the log forked
 * forks/&lt;SHA-256 of origin&gt;/contradicting-&lt;size&gt;-&lt;root&gt;.note       what contradicts it; one for each root
 * </pre>
 */
final class ForkNotes {
    /** Contradicting notes kept of each log: who signs for it could make any number. */
    static final int KEPT_MAX = 16;

    private static final String CONTRADICTING = "contradicting-";

    private final Path directory;
    private final Disk disk;

    ForkNotes(Path directory, Disk disk) {
        this.directory = directory;
        this.disk = disk;
    }

    private static String name(String origin) {
        return Hash.sha256(origin.getBytes(StandardCharsets.UTF_8)).toString();
    }

    private Path cosigned(String origin) {
        return directory.resolve(name(origin) + ".note");
    }

    void cosign(Checkpoint checkpoint, Bytes note) throws IOException {
        disk.replace(cosigned(checkpoint.origin()), note.toByteArray());
    }

    /** @param stands head that was cosigned last */
    Fork keep(Checkpoint checkpoint, Bytes note, TreeHead stands) throws IOException {
        Path folder = folder(name(checkpoint.origin()));
        Optional<Path> cosigned = copy(new Checkpoint(checkpoint.origin(), stands), folder);
        Path file = folder.resolve(CONTRADICTING + name(checkpoint.head()));
        if (Files.notExists(file)) {
            if (count(folder) >= KEPT_MAX) {
                return new Fork(Optional.empty(), cosigned);
            }
            disk.replace(file, note.toByteArray());
        }
        return new Fork(Optional.of(file), cosigned);
    }

    private static String name(TreeHead head) {
        return head.size() + "-" + head.root() + ".note";
    }

    private Path folder(String name) throws IOException {
        Path forks = directory.resolve("forks");
        Path folder = forks.resolve(name);
        if (Files.notExists(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Disk.force(forks);
            Disk.force(directory);
        }
        return folder;
    }

    private static int count(Path folder) throws IOException {
        int count = 0;
        try (DirectoryStream<Path> kept = Files.newDirectoryStream(folder, CONTRADICTING + "*.note")) {
            for (Path unused : kept) {
                count++;
            }
        }
        return count;
    }

    /** The note cosigned last, if it is the one of this checkpoint: of a state of an earlier version there is none yet. */
    private Optional<Path> copy(Checkpoint checkpoint, Path folder) throws IOException {
        Path copy = folder.resolve("cosigned-" + name(checkpoint.head()));
        Path kept = cosigned(checkpoint.origin());
        if (Files.exists(copy)) {
            return Optional.of(copy);
        }
        if (Files.notExists(kept) || Files.size(kept) > SignedNote.SIZE_MAX) {
            return Optional.empty();
        }
        byte[] note = Files.readAllBytes(kept);
        try {
            if (Checkpoint.parse(SignedNote.parse(note).text()).equals(checkpoint)) {
                disk.replace(copy, note);
                return Optional.of(copy);
            }
        } catch (NoteException e) {
            return Optional.empty(); // it was changed since; the head that decides is the state's
        }
        return Optional.empty();
    }
}
