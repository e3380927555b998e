// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.note.NoteException;
import io.tallystick.note.NoteVerifiers;
import io.tallystick.receipt.Witness;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.PublicKeys;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustedKey;
import io.tallystick.verify.ExitCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A trust root as others read it: c2sp.org/tlog-policy.
 *
 * <pre>
 * log key      Ed25519 (0x01); any of those listed may have signed
 * witness key  Ed25519 cosigner (0x04)
 * quorum       the trust root's number of those witnesses, or none
 * </pre>
 *
 * Existing parsers refuse a policy with keys of other types. These stand in comments, as the lines they would be: a parser that
 * knows them can have them back.
 */
final class TlogPolicy {
    private final TrustRoot root;
    private final StringBuilder text = new StringBuilder();

    private TlogPolicy(TrustRoot root) {
        this.root = root;
    }

    /**
     * The policy of the registry. Keys that count for nothing any more are left out.
     *
     * @throws CommandException if a policy of such keys alone would accept what the trust root does not, or nothing at all
     */
    static String of(TrustRoot root) {
        return new TlogPolicy(root).text();
    }

    private String text() {
        text.append("# ").append(root).append('\n');
        logs();
        List<String> witnesses = witnesses();
        int quorum = root.policy().witnessQuorum();
        if (quorum > witnesses.size()) {
            throw unsaid(
                    quorum + " witnesses must have cosigned, and only " + witnesses.size() + " have an ed25519 key");
        }
        if (quorum > 0) {
            line("group witnesses " + quorum + " " + String.join(" ", witnesses));
        }
        line("quorum " + (quorum > 0 ? "witnesses" : "none"));
        return text.toString();
    }

    private void logs() {
        boolean named = false;
        for (TrustedKey key : root.keys(TrustRole.CHECKPOINT, root.ledger())) {
            if (key.status() != KeyStatus.ACTIVE && key.status() != KeyStatus.RETIRED) {
                continue;
            }
            String log = "log " + NoteVerifiers.vkey(root.ledger(), key.algorithm(), key.spki());
            if (key.algorithm() == KeyAlgorithm.ED25519) {
                line(log);
                named = true;
            } else {
                leftOut(key.algorithm(), log);
            }
        }
        if (!named) {
            throw unsaid("no ed25519 key of the log counts");
        }
    }

    /** Names are defined before they are used; a key stands in one line only. @return the names */
    private List<String> witnesses() {
        Map<String, Witness> distinct = new LinkedHashMap<>();
        for (TrustAnchors.Witness listed : root.anchors().witnesses()) {
            Witness witness = parse(listed);
            distinct.putIfAbsent(PublicKeys.keyId(witness.spki()), witness);
        }
        List<String> names = new ArrayList<>();
        int number = 0;
        for (Witness witness : distinct.values()) {
            String name = "w" + ++number;
            String line = "witness " + name + " " + witness.vkey();
            if (witness.algorithm() == KeyAlgorithm.ED25519) {
                line(line);
                names.add(name);
            } else {
                leftOut(witness.algorithm(), line);
            }
        }
        return names;
    }

    private static Witness parse(TrustAnchors.Witness listed) {
        try {
            return Witness.parse(listed.vkey());
        } catch (NoteException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "witness " + listed.vkey() + " has an unusable key: " + e.getMessage(),
                    "Take it out with 'tally trust-root update --remove-witness'.",
                    e);
        }
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private void leftOut(KeyAlgorithm algorithm, String line) {
        text.append("# left out, parsers do not know ")
                .append(algorithm.wireName())
                .append(":\n# ")
                .append(line)
                .append('\n');
    }

    private static CommandException unsaid(String why) {
        return new CommandException(
                ExitCode.USAGE,
                "no C2SP policy can say what this trust root says: " + why,
                "Give the other tool keys with '--format pem'; policies are read with ed25519 keys only.");
    }
}
