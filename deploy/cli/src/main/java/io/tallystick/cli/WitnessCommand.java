// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.anchor.witness.CosigningRule;
import io.tallystick.anchor.witness.server.FileWitnessState;
import io.tallystick.anchor.witness.server.WitnessServer;
import io.tallystick.anchor.witness.server.WitnessStateException;
import io.tallystick.json.JsonObject;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteVerifier;
import io.tallystick.note.NoteVerifiers;
import io.tallystick.receipt.Cosigner;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.SigningKey;
import io.tallystick.verify.ExitCode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tally witness}: a witness of our own, for another machine and another owner than the ledger's. */
@Command(
        name = "witness",
        description = {
            "Run a witness: it cosigns registry checkpoints, each only if it extends the one before.",
            "It does so for the ledgers it is told of, until it is told to end (SIGTERM). It is worth as much as it is",
            "independent: another machine, another owner. Put a proxy with TLS and a rate limit in front of it.",
            "Begin it once with --new. Later starts make nothing: a state or a key that is missing may be a disk that is",
            "not mounted.",
            "Protocol: POST /add-checkpoint, c2sp.org/tlog-witness; cosignatures of type cosignature/v1."
        })
final class WitnessCommand implements Callable<Integer> {
    private static final int PORT_MAX = 65_535;

    @Spec
    private CommandSpec spec;

    @Mixin
    private OutputOption output;

    @Option(
            names = "--name",
            required = true,
            description = "Name of the witness in its cosignatures, such as"
                    + " witness.example.com/w1; without spaces or '+'.")
    private String name;

    @Option(
            names = "--state",
            required = true,
            paramLabel = "DIR",
            description = "Directory of its durable state, which only its owner can write to. Never"
                    + " delete or restore it: the witness would cosign what it has refused before."
                    + " If it is lost, begin a new witness with a new key.")
    private Path state;

    @Option(
            names = "--key-file",
            required = true,
            paramLabel = "FILE",
            description = "Its Ed25519 key, encrypted PKCS#8,"
                    + " mode 0600; --new makes it if it does not exist. Used for nothing else.")
    private Path keyFile;

    @Option(
            names = "--new",
            description =
                    "First start of a new witness: make its state, and its key if there is none. Refused if there is a"
                            + " state. Never with a key that has cosigned before: what it cosigned is not known to the new state.")
    private boolean fresh;

    @Option(
            names = "--passphrase-file",
            required = true,
            paramLabel = "FILE",
            description = "File, mode 0600, with the" + " key's passphrase.")
    private Path passphraseFile;

    @Option(
            names = "--log",
            required = true,
            paramLabel = "VKEY",
            description =
                    "Verifier key of a ledger it cosigns for, name+id+key; the name is the ledger's origin. May be"
                            + " given again, also for another key of one ledger.")
    private List<String> logs;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "Address to listen on" + " (default: 127.0.0.1).")
    private String listen;

    @Option(names = "--port", defaultValue = "7380", description = "Port to listen on; 0: a free one (default: 7380).")
    private int port;

    @Override
    public Integer call() throws Exception {
        WitnessServer.limitTimes();
        CosigningRule rule = rule();
        requirePort();
        InetSocketAddress address = ListenAddress.of(listen, port);
        if (fresh) {
            requireNotBegun();
        }
        SigningKey key = key();
        Cosigner cosigner = cosigner(key);
        if (fresh) {
            begin();
        }
        Deque<AutoCloseable> running = new ArrayDeque<>(List.of(key));
        return new Termination().run(() -> {
            try {
                FileWitnessState opened = FileWitnessState.open(state);
                running.push(opened);
                WitnessServer server = new WitnessServer(address, rule, opened, cosigner, InstantSource.system());
                running.push(server);
                server.start();
                print(server, cosigner);
                return () -> closeAll(running);
            } catch (NoSuchFileException e) {
                throw new CommandException(
                        ExitCode.USAGE,
                        "there is no state of a witness in " + state,
                        "Is its disk mounted? Only a witness that never cosigned is begun, with --new.",
                        e);
            } catch (WitnessStateException e) {
                throw unusable(e);
            } catch (IOException e) {
                throw new CommandException(
                        ExitCode.UNREACHABLE,
                        "cannot start the witness: " + e.getMessage(),
                        "Is the address free, is the directory writable, and does no other witness use it?",
                        e);
            }
        });
    }

    private static void closeAll(Deque<AutoCloseable> running) throws Exception {
        for (AutoCloseable part : running) {
            part.close();
        }
    }

    private CosigningRule rule() {
        List<NoteVerifier> keys = new ArrayList<>();
        for (String vkey : logs) {
            try {
                keys.add(NoteVerifiers.parseVkey(vkey));
            } catch (NoteException e) {
                throw new CommandException(
                        ExitCode.USAGE,
                        "not a verifier key: " + vkey + " (" + e.getMessage() + ")",
                        "Give the ledger's key as name+id+key, where the name is the ledger's origin.",
                        e);
            }
        }
        return new CosigningRule(keys);
    }

    private void requirePort() {
        if (port < 0 || port > PORT_MAX) {
            throw new CommandException(ExitCode.USAGE, "not a port: " + port, "Give one from 1 to 65535, or 0.");
        }
    }

    private void requireNotBegun() throws IOException {
        if (FileWitnessState.isBegun(state)) {
            throw begun(new FileAlreadyExistsException(state.toString()));
        }
    }

    private CommandException begun(FileAlreadyExistsException e) {
        return new CommandException(
                ExitCode.USAGE,
                "there is a state of a witness in " + state,
                "It stays as it is. Start this witness without --new.",
                e);
    }

    /** Last of all, when key and name are known to be of use: what an error or a crash leaves half done, another --new completes. */
    private void begin() {
        try {
            FileWitnessState.create(state);
        } catch (FileAlreadyExistsException e) {
            throw begun(e);
        } catch (WitnessStateException e) {
            throw unusable(e);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.USAGE, "cannot make the state of the witness: " + e, "Is the directory writable?", e);
        }
    }

    private static CommandException unusable(WitnessStateException e) {
        return new CommandException(
                ExitCode.USAGE,
                "the witness cannot go by its state: " + e.getMessage(),
                "Nothing is cosigned until it is as this witness left it. Whoever else can write there can have it cosign"
                        + " a second history.",
                e);
    }

    private Cosigner cosigner(SigningKey key) {
        try {
            return Cosigner.of(name, key);
        } catch (IllegalArgumentException e) {
            key.close();
            throw new CommandException(
                    ExitCode.USAGE,
                    "the witness cannot sign: " + e.getMessage(),
                    "--name is without spaces and plus signs, and the key of a witness is Ed25519.",
                    e);
        }
    }

    private void makeKey() throws KeyException {
        char[] passphrase = KeyFile.readPassphrase(passphraseFile);
        try (SigningKey made = KeyFile.generate(KeyAlgorithm.ED25519, new SecureRandom())) {
            KeyFile.write(keyFile, made, passphrase);
        } finally {
            Arrays.fill(passphrase, '\0');
        }
    }

    private SigningKey key() {
        if (fresh && !Files.exists(keyFile)) {
            try {
                makeKey();
            } catch (KeyException e) {
                throw unusable(e);
            }
        }
        if (!Files.exists(keyFile)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "the witness's key " + keyFile + " is missing",
                    "Is its disk mounted? If it is lost, make another with 'tally keys generate --algorithm ed25519'"
                            + " and tell the ledgers its verifier key.");
        }
        try {
            char[] passphrase = KeyFile.readPassphrase(passphraseFile);
            try {
                return KeyFile.read(keyFile, passphrase);
            } finally {
                Arrays.fill(passphrase, '\0');
            }
        } catch (KeyException e) {
            throw unusable(e);
        }
    }

    private static CommandException unusable(KeyException e) {
        return new CommandException(
                ExitCode.USAGE,
                "cannot use the witness's key: " + e.getMessage(),
                e.remedy()
                        .orElse(
                                "Key and passphrase are files of mode 0600 in directories only their owner can write to."),
                e);
    }

    private void print(WitnessServer server, Cosigner cosigner) {
        var out = spec.commandLine().getOut();
        String prefix = "http://" + server.address().getHostString() + ":"
                + server.address().getPort();
        if (output.json()) {
            out.println(OutputOption.text(JsonObject.builder()
                    .put("name", name)
                    .put("submissionPrefix", prefix)
                    .put("vkey", cosigner.vkey())
                    .build()));
        } else {
            out.println("witness " + name + " is up");
            out.println("  submission prefix  " + prefix);
            out.println("  vkey               " + cosigner.vkey());
        }
        out.flush();
    }
}
