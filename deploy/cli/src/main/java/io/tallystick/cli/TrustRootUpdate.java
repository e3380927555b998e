// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustPolicy;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootDraft;
import io.tallystick.trust.TrustedKey;
import io.tallystick.verify.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tally trust-root update}. */
@Command(
        name = "update",
        description = {
            "Make the draft of the next version of a trust root: what is not given stays as it is.",
            "Listed keys stay listed for ever; 'tally keys rotate' replaces checkpoint and bundle keys, this is for the",
            "rest.",
            "",
            "Parties outside are listed with --witness, --tsa, --log and --rekor, under the id they have in"
                    + " ledger.anchors.",
            "One that is to count no longer is ended (--anchor-until); what it said before stands.",
            "",
            "A key of a service is replaced in two steps: --add-checkpoint-key NEW --not-before T1 --key OLD"
                    + " --not-after T2,",
            "both ends of windows ahead; after T2 --key OLD --status retired. 'install' looks whether windows wait for it.",
            "",
            "A key in foreign hands: --key ID --status compromised --since T. Old checkpoints then count only if a"
                    + " party outside",
            "has stamped or cosigned them before T."
        })
final class TrustRootUpdate implements Runnable {
    @Spec
    private CommandSpec spec;

    @Mixin
    private OutputOption output;

    @Parameters(index = "0", paramLabel = "TRUST-ROOT", description = "The version in force.")
    private Path file;

    @Parameters(
            index = "1",
            paramLabel = "DRAFT",
            description = "The file to make; a draft there that nobody has signed is replaced.")
    private Path draftFile;

    @Option(names = "--add-root-key", paramLabel = "PEM", description = "A further root key.")
    private List<Path> roots = new ArrayList<>();

    @Option(names = "--add-checkpoint-key", paramLabel = "PEM", description = "A further checkpoint key.")
    private List<Path> checkpoints = new ArrayList<>();

    @Option(names = "--add-bundle-key", paramLabel = "PEM", description = "A further bundle key.")
    private List<Path> bundles = new ArrayList<>();

    @Option(
            names = "--not-before",
            paramLabel = "TIME",
            converter = TimeOption.class,
            description = {
                "From when the added keys are valid (default: now). They are until the trust root expires.",
                TimeOption.HELP
            })
    private Instant notBefore;

    @Option(names = "--key", paramLabel = "ID", description = "A listed key to say something else about.")
    private String keyId;

    @Option(
            names = "--status",
            paramLabel = "retired|compromised|revoked",
            description = "What has become of that key.")
    private String status;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            converter = TimeOption.class,
            description = "Since when it is compromised.")
    private Instant since;

    @Option(
            names = "--not-after",
            paramLabel = "TIME",
            converter = TimeOption.class,
            description = "Until when that key is valid.")
    private Instant notAfter;

    @Option(
            names = "--valid-from",
            paramLabel = "TIME",
            converter = TimeOption.class,
            description = "From when that key is valid; of a key that has signed nothing yet.")
    private Instant validFrom;

    @Option(names = "--threshold", description = "How many root keys must sign.")
    private Integer threshold;

    @Option(
            names = "--expires",
            paramLabel = "TIME",
            converter = TimeOption.class,
            description = "When a newer version should be known.")
    private Instant expires;

    @Option(
            names = "--require",
            paramLabel = "ALGORITHM[|ALGORITHM]",
            description = {
                "What checkpoints must be signed with: of each, one. '--require ecdsa-p256 --require ml-dsa-44' needs"
                        + " both."
            })
    private List<String> require = new ArrayList<>();

    @Mixin
    private AnchorListOptions outside;

    @Option(names = "--witness-quorum", paramLabel = "N", description = "How many witnesses must have cosigned.")
    private Integer quorum;

    @Option(
            names = "--require-anchor",
            paramLabel = "tsa|logs|witnesses",
            description = "A kind of anchor without which evidence fails.")
    private List<String> anchors = new ArrayList<>();

    @Option(
            names = "--no-require-anchor",
            paramLabel = "tsa|logs|witnesses",
            description = "A kind of anchor that evidence may lack from now on.")
    private List<String> optionalAnchors = new ArrayList<>();

    @Option(names = "--min-retention-days", paramLabel = "DAYS", description = "How long bundles must be kept.")
    private Integer retention;

    @Override
    public void run() {
        TrustRoot before = TrustRootFile.readToFollow(file);
        try {
            TrustRootDraft draft = TrustRootDraft.following(before, Instant.now());
            draft = expires == null ? draft : draft.withExpiry(expires);
            // In this order no version in between has fewer root keys than its threshold; added keys last until it
            // expires.
            draft = withKeys(draft);
            draft = threshold == null ? draft : draft.withThreshold(threshold);
            draft = withListed(draft);
            draft = withRules(draft);
            draft = withOutside(draft);
            TrustRootCommand.requireFulfillable(draft, demanded());
            requireNothingLost(draft);
            WholeFile.write(draftFile, draft.encode());
            TrustRootCommand.report(spec.commandLine().getOut(), output, draft, file);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new CommandException(
                    ExitCode.USAGE, "no trust root can say this: " + e.getMessage(), "Correct the options.", e);
        }
    }

    /** A draft that nobody has signed may be made again; everything else stays. */
    private void requireNothingLost(TrustRootDraft next) {
        if (!Files.exists(draftFile)) {
            return;
        }
        TrustRootDraft there = TrustRootFile.readDraft(draftFile);
        if (there.version() != next.version()
                || !there.ledger().equals(next.ledger())
                || !there.signers().isEmpty()) {
            int count = there.signers().size();
            throw new CommandException(
                    ExitCode.USAGE,
                    draftFile + " exists, with version " + there.version() + " of the trust root of " + there.ledger()
                            + " and " + count + (count == 1 ? " signature" : " signatures"),
                    "Name another file for the draft, or delete that one.");
        }
    }

    private TrustRootDraft withKeys(TrustRootDraft draft) {
        TrustRootDraft all = draft;
        List<String> scopes = TrustRootCommand.scopes(draft.ledger());
        for (Path pem : roots) {
            all = all.withKey(added(pem, TrustRole.ROOT, List.of(), draft));
        }
        for (Path pem : checkpoints) {
            all = all.withKey(added(pem, TrustRole.CHECKPOINT, scopes, draft));
        }
        for (Path pem : bundles) {
            all = all.withKey(added(pem, TrustRole.BUNDLE, scopes, draft));
        }
        return all;
    }

    private TrustedKey added(Path pem, TrustRole role, List<String> scopes, TrustRootDraft draft) {
        Instant from = notBefore == null ? draft.issued() : notBefore;
        return new TrustedKey(
                TrustRootCommand.publicKey(pem),
                Set.of(role),
                scopes,
                from,
                draft.expires(),
                KeyStatus.ACTIVE,
                Optional.empty());
    }

    private TrustRootDraft withListed(TrustRootDraft draft) {
        if (keyId == null) {
            if (status != null || since != null || notAfter != null || validFrom != null) {
                throw new IllegalArgumentException("--status, --since, --not-after and --valid-from are about a --key");
            }
            return draft;
        }
        return draft.withKey(keyId, key -> {
            KeyStatus next = status == null ? key.status() : status(status);
            TrustedKey moved = validFrom == null ? key : key.withNotBefore(validFrom);
            return moved.with(
                    next,
                    notAfter == null ? end(key, next, draft.issued()) : notAfter,
                    since == null ? key.compromisedSince() : Optional.of(since));
        });
    }

    /** Nothing compares a root key's end with a time; the end of another's validity decides what it has signed. */
    private static Instant end(TrustedKey key, KeyStatus next, Instant issued) {
        if (next != KeyStatus.RETIRED || !key.notAfter().isAfter(issued)) {
            return key.notAfter();
        }
        if (!key.roles().equals(Set.of(TrustRole.ROOT))) {
            throw new IllegalArgumentException("key " + key.keyId() + " is valid until " + key.notAfter()
                    + "; a key is retired after its end. End it first: --not-after with an instant ahead, install that"
                    + " version, and retire the key after it");
        }
        return issued;
    }

    private static KeyStatus status(String name) {
        return KeyStatus.ofWireName(name).orElseThrow(() -> new IllegalArgumentException("there is no status " + name));
    }

    private TrustRootDraft withRules(TrustRootDraft draft) {
        return require.isEmpty() ? draft : draft.withRequiredForCheckpoints(demanded());
    }

    private List<Set<KeyAlgorithm>> demanded() {
        List<Set<KeyAlgorithm>> all = new ArrayList<>();
        for (String choice : require) {
            Set<KeyAlgorithm> anyOf = EnumSet.noneOf(KeyAlgorithm.class);
            for (String name : choice.split("\\|", -1)) {
                anyOf.add(KeysGenerate.algorithm(name));
            }
            all.add(anyOf);
        }
        return all;
    }

    private TrustRootDraft withOutside(TrustRootDraft draft) {
        TrustAnchors listed = outside.applied(draft.anchors());
        requireOthers(listed, draft);
        Set<TrustAnchors.Kind> kinds = new HashSet<>(draft.policy().requireAnchors());
        for (String name : optionalAnchors) {
            if (!kinds.remove(kind(name))) {
                throw new IllegalArgumentException("anchors of kind " + name + " are not required");
            }
        }
        for (String name : anchors) {
            kinds.add(kind(name));
        }
        for (TrustAnchors.Kind kind : kinds) {
            if (listed.isEmpty(kind)) {
                throw new IllegalArgumentException(
                        "anchors of kind " + kind.wireName() + " are required, but none is listed; --no-require-anchor "
                                + kind.wireName() + " requires them no more");
            }
        }
        return draft.withAnchors(
                listed,
                new TrustPolicy(
                        kinds,
                        quorum == null ? draft.policy().witnessQuorum() : quorum,
                        retention == null ? draft.policy().minRetentionDays() : retention));
    }

    /** Who signs the ledger is no witness of it. */
    private static void requireOthers(TrustAnchors listed, TrustRootDraft draft) {
        Stream.concat(
                        listed.witnesses().stream().map(TrustAnchors.Witness::vkey),
                        listed.logs().stream().map(TrustAnchors.Log::vkey))
                .filter(vkey -> draft.keys().stream().anyMatch(key -> key.isKeyOf(vkey)))
                .findFirst()
                .ifPresent(vkey -> {
                    throw new IllegalArgumentException(
                            vkey + " is a key of the ledger itself, which vouches for nothing as an outside party");
                });
    }

    private static TrustAnchors.Kind kind(String name) {
        return TrustAnchors.Kind.ofWireName(name)
                .orElseThrow(() -> new CommandException(
                        ExitCode.USAGE, "there is no kind of anchor " + name, "It is witnesses, tsa or logs."));
    }
}
