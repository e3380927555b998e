// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.trust.TrustException;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootDraft;
import io.tallystick.verify.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Trust roots and drafts of them in files. */
final class TrustRootFile {
    private TrustRootFile() {}

    private interface Parser<T> {
        T parse(byte[] bytes) throws TrustException;
    }

    /** @throws CommandException if the file is no complete trust root */
    static TrustRoot read(Path file) {
        return read(file, TrustRoot::parse);
    }

    /**
     * The version that another is to follow.
     *
     * @throws CommandException if the file is none, see {@link TrustRoot#parseToFollow}
     */
    static TrustRoot readToFollow(Path file) {
        return read(file, TrustRoot::parseToFollow);
    }

    /** @throws CommandException if the file is neither a trust root nor a draft of one */
    static TrustRootDraft readDraft(Path file) {
        return read(file, TrustRootDraft::parse);
    }

    private static <T> T read(Path file, Parser<T> parser) {
        try (InputStream in = Files.newInputStream(file)) {
            return parser.parse(in.readNBytes(TrustRoot.SIZE_MAX + 1));
        } catch (IOException | TrustException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "cannot use " + file + ": " + FileFault.why(e),
                    "Name a trust root; one that lacks signatures is completed with 'tally trust-root sign'.",
                    e);
        }
    }

    /** Where a version stays that others followed. */
    static Path kept(Path file, long version) {
        return file.toAbsolutePath().resolveSibling("trust-root-" + version + ".json");
    }

    /**
     * Puts the next version in the place of a trust root, which stays beside it as {@code trust-root-<version>.json}.
     *
     * @throws CommandException if it does not follow the one there, or cannot be written
     */
    static void install(Path file, TrustRoot next) {
        try {
            TrustRoot before = readToFollow(file);
            if (before.equals(next)) {
                return;
            }
            before.verifySuccessor(next);
            WholeFile.write(kept(file, before.version()), before.encode());
            WholeFile.write(file, next.encode());
        } catch (TrustException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "the new trust root does not follow " + file + ": " + e.getMessage(),
                    "Have it signed by enough root keys of the version before, and of its own.",
                    e);
        }
    }
}
