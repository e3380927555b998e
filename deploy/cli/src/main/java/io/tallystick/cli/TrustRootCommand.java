// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonString;
import io.tallystick.json.JsonValue;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.PublicKey;
import io.tallystick.trust.PublicKeys;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustException;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootDraft;
import io.tallystick.trust.TrustedKey;
import io.tallystick.verify.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tally trust-root}: what auditors pin. */
@Command(
        name = "trust-root",
        description = {
            "Make, sign, show and hand out a trust root: the keys and outside parties an auditor trusts.",
            "A threshold of root keys signs it. Auditors pin its fingerprint, which reaches them by another way than the",
            "file.",
            "",
            "A change makes the next version: 'update' writes a draft, each holder of a root key adds a signature with"
                    + " 'sign',",
            "root keys of the version before as well as its own. 'install' puts it in force: it alone needs the broker."
        },
        subcommands = {
            TrustRootInit.class,
            TrustRootUpdate.class,
            TrustRootCommand.Sign.class,
            TrustRootInstall.class,
            TrustRootShow.class,
            TrustRootExport.class
        })
final class TrustRootCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "trust-root init, update, sign, install, show or export?");
    }

    /** {@code tally trust-root sign}. */
    @Command(
            name = "sign",
            description = {
                "Add the signature of a root key to a draft, in place. Compare the fingerprint first: it is what you"
                        + " sign.",
                "With enough signatures the draft is a trust root."
            })
    static final class Sign implements Runnable {
        @Spec
        private CommandSpec spec;

        @Mixin
        private OutputOption output;

        @Mixin
        private KeyAccessOptions access;

        @Parameters(paramLabel = "DRAFT", description = "The version to be signed.")
        private Path file;

        @Option(
                names = "--key",
                required = true,
                paramLabel = KeyPlace.LABEL,
                description = "A root key: its file, or its label in a token.")
        private String key;

        @Option(
                names = "--previous",
                paramLabel = "FILE",
                description = "The version before: also says whether enough of its root keys have signed.")
        private Path previous;

        @Override
        public void run() {
            AtomicReference<TrustRootDraft> signed = new AtomicReference<>(TrustRootFile.readDraft(file));
            access.forEach(
                    List.of(new KeyPlace(key)),
                    (place, rootKey) ->
                            signed.set(requireRoot(signed.get(), rootKey).sign(rootKey)));
            TrustRootDraft draft = signed.get();
            WholeFile.write(file, draft.encode());
            PrintWriter out = spec.commandLine().getOut();
            boolean complete = report(out, output, draft, previous);
            if (complete && draft.version() > 1 && !output.json()) {
                out.println("  to put it in force: 'tally trust-root install " + file
                        + "'; if 'tally keys rotate' or 'keys retire'" + " made it, repeat that command with --signed "
                        + file);
                out.flush();
            }
        }
    }

    /** A key of the version before alone is not in the draft; one that is, is listed as a root key or cannot sign. */
    private static TrustRootDraft requireRoot(TrustRootDraft draft, SigningKey key) {
        Optional<TrustedKey> listed = draft.keys().stream()
                .filter(one -> one.keyId().equals(key.keyId()))
                .findFirst();
        if (listed.filter(one -> !one.roles().contains(TrustRole.ROOT)).isPresent()) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "key " + key.keyId() + " is no root key: the draft lists it for "
                            + listed.get().roles(),
                    "Sign with a root key of this version, or of the version before.");
        }
        return draft;
    }

    /** Says how far a draft is, in the form asked for. @return whether it is complete */
    static boolean report(PrintWriter out, OutputOption output, TrustRootDraft draft, Path previous) {
        if (!output.json()) {
            return report(out, draft, previous);
        }
        Optional<String> missing = missing(draft, previous);
        out.println(OutputOption.text(JsonObject.builder()
                .put("complete", missing.isEmpty())
                .put("fingerprint", draft.fingerprint().toString())
                .put("ledger", draft.ledger())
                .put("missing", missing)
                .put(
                        "signers",
                        new JsonArray(draft.signers().stream()
                                .sorted()
                                .<JsonValue>map(JsonString::new)
                                .toList()))
                .put("version", draft.version())
                .build()));
        out.flush();
        return missing.isEmpty();
    }

    /** Says how far a draft is. @return whether it is complete */
    static boolean report(PrintWriter out, TrustRootDraft draft, Path previous) {
        out.println("trust root of " + draft.ledger() + ", version " + draft.version());
        out.println("  fingerprint  " + draft.fingerprint());
        out.println("  signed by    " + draft.signers());
        Optional<String> missing = missing(draft, previous);
        String compared = previous == null && draft.version() > 1 ? " (not compared with the one before)" : "";
        out.println(missing.map(why -> "  not complete: " + why).orElse("  complete" + compared));
        out.flush();
        return missing.isEmpty();
    }

    /** Why a draft is not complete, or does not follow the version before; empty if it is and does. */
    private static Optional<String> missing(TrustRootDraft draft, Path previous) {
        try {
            TrustRoot root = draft.complete();
            if (previous != null) {
                TrustRootFile.readToFollow(previous).verifySuccessor(root);
            }
            return Optional.empty();
        } catch (TrustException e) {
            return Optional.of(e.getMessage());
        }
    }

    /** Reads a public key. @throws CommandException if the file holds none that is acceptable */
    static PublicKey publicKey(Path pem) {
        try {
            return PublicKey.of(PublicKeys.parsePem(Files.readAllBytes(pem)));
        } catch (IOException | KeyException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "cannot use " + pem + ": " + FileFault.why(e),
                    "Give a public key in PEM, as 'tally keys show' prints it.",
                    e);
        }
    }

    /**
     * Requires that listed keys can give the signatures that are required: what is demanded of checkpoints and never there makes
     * all evidence fail, for ever. Keys that are compromised or retired count, as what they signed before may; of a demand that is new,
     * only those that can sign from now on.
     *
     * @param demanded of checkpoints, new in this version
     * @throws CommandException if none of the listed can
     */
    static void requireFulfillable(TrustRootDraft draft, List<Set<KeyAlgorithm>> demanded) {
        for (TrustRole role : List.of(TrustRole.CHECKPOINT, TrustRole.BUNDLE)) {
            for (Set<KeyAlgorithm> anyOf : draft.require(role)) {
                boolean isNew = role == TrustRole.CHECKPOINT && demanded.contains(anyOf);
                boolean isMet = draft.keys().stream()
                        .filter(key -> key.covers(role, draft.ledger()) && anyOf.contains(key.algorithm()))
                        .anyMatch(key -> !isNew || canSign(key, draft.issued()));
                if (!isMet) {
                    throw unmet(role.wireName(), KeyAlgorithm.text(anyOf));
                }
            }
        }
    }

    private static boolean canSign(TrustedKey key, Instant from) {
        return key.status() == KeyStatus.ACTIVE && key.notAfter().isAfter(from);
    }

    private static CommandException unmet(String role, String algorithms) {
        return new CommandException(
                ExitCode.USAGE,
                "each " + role + " needs an " + algorithms + " signature, and none of the " + role
                        + " keys listed can give it: nothing signed from then on would ever be valid",
                "List such a key (in 'init' --" + role + "-key, in 'update' --add-" + role + "-key)"
                        + (role.equals(TrustRole.CHECKPOINT.wireName())
                                ? ", or have 'update' --require what the listed ones can give."
                                : "."));
    }

    /** The scopes of a ledger's keys: its registry and all its chains. */
    static List<String> scopes(String ledger) {
        return List.of(ledger, ledger + "/*");
    }
}
