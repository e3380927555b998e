// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.trust.KeyException;
import io.tallystick.trust.KeyFile;
import io.tallystick.verify.ExitCode;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Where the passphrase of key files is: {@code --passphrase-file} or {@code --passphrase-fd}, never an argument. */
final class PassphraseOptions {
    @ArgGroup(multiplicity = "1")
    private Place place;

    /** One of the two. */
    static final class Place {
        @Option(
                names = "--passphrase-file",
                paramLabel = "FILE",
                description = "File, mode 0600, with the passphrase of the key files.")
        private Path file;

        @Option(
                names = "--passphrase-fd",
                paramLabel = "N",
                description = "Number of an open file descriptor to read the passphrase from, to its end.")
        private Integer descriptor;

        /** As {@link PassphraseOptions#use(Use)}. */
        <T> T use(Use<T> use) {
            return file != null ? PassphraseOptions.use(file, use) : wiping(this::readDescriptor, use);
        }

        private char[] readDescriptor() throws KeyException {
            String name = "file descriptor " + descriptor;
            if (descriptor < 0) {
                throw new KeyException("there is no " + name);
            }
            try (InputStream in = new FileInputStream("/dev/fd/" + descriptor)) {
                return KeyFile.readPassphrase(in, name);
            } catch (IOException e) {
                throw new KeyException("cannot read " + name + ": " + e.getMessage(), e);
            }
        }
    }

    /** Does something with a passphrase, or finds a key unusable. */
    interface Use<T> {
        T with(char[] passphrase) throws KeyException;
    }

    /** @throws CommandException if the passphrase cannot be had, or a key cannot be used */
    <T> T use(Use<T> use) {
        return place.use(use);
    }

    /** As {@link #use(Use)}, with the passphrase of a file. */
    static <T> T use(Path file, Use<T> use) {
        return wiping(() -> KeyFile.readPassphrase(file), use);
    }

    private interface Source {
        char[] read() throws KeyException;
    }

    private static <T> T wiping(Source source, Use<T> use) {
        char[] passphrase = {};
        try {
            passphrase = source.read();
            return use.with(passphrase);
        } catch (KeyException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    e.getMessage(),
                    e.remedy()
                            .orElse(
                                    "Keys and passphrases must be files of mode 0600 in directories only their owner can"
                                            + " write to."),
                    e);
        } finally {
            Arrays.fill(passphrase, '\0');
        }
    }
}
