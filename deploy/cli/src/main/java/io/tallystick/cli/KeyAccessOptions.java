// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.trust.KeyFile;
import io.tallystick.trust.SigningKey;
import io.tallystick.verify.ExitCode;
import java.nio.file.Path;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** How keys are opened: files with a passphrase, or those of a token with its PIN. */
final class KeyAccessOptions {
    @ArgGroup(multiplicity = "1")
    private Access access;

    private static final class Access {
        @ArgGroup
        private PassphraseOptions.Place passphrase;

        @ArgGroup(exclusive = false)
        private Token token;
    }

    private static final class Token {
        @Option(
                names = "--token",
                required = true,
                paramLabel = "CONFIG",
                description =
                        "SunPKCS11 configuration (name, library, slotListIndex) of the token that holds token:LABEL.")
        private Path configuration;

        @Option(
                names = "--pin-file",
                required = true,
                paramLabel = "FILE",
                description = "File, mode 0600, with the PIN of the token's user.")
        private Path pin;
    }

    /**
     * Does something with keys, all of them files or all of one token.
     *
     * @param use what is done with one, which is closed after it
     * @throws CommandException if one cannot be used
     */
    void forEach(Iterable<KeyPlace> places, Use use) {
        for (KeyPlace place : places) {
            if (place.isInToken() != (access.token != null)) {
                throw new CommandException(
                        ExitCode.USAGE,
                        access.token == null ? place + " needs a token" : place + " is no key of the token",
                        "Key files go with --passphrase-file or --passphrase-fd, token:LABEL with --token and --pin-file.");
            }
        }
        if (access.token != null) {
            for (KeyPlace place : places) {
                try (SigningKey key = TokenRing.open(access.token.configuration, access.token.pin, place.label())) {
                    use.with(place, key);
                }
            }
            return;
        }
        var unused = access.passphrase.use(secret -> {
            int opened = 0;
            for (KeyPlace place : places) {
                try (SigningKey key = KeyFile.read(place.file(), secret)) {
                    use.with(place, key);
                    opened++;
                }
            }
            return opened;
        });
    }

    /** What is done with a key. */
    interface Use {
        void with(KeyPlace place, SigningKey key);
    }
}
