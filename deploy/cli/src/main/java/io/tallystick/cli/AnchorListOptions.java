// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.note.NoteException;
import io.tallystick.receipt.LocalLog;
import io.tallystick.receipt.ReceiptException;
import io.tallystick.receipt.RekorLog;
import io.tallystick.receipt.TimestampAuthority;
import io.tallystick.receipt.Witness;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.verify.TimeText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/**
 * What a new version of a trust root says otherwise of outside parties: more of them, fewer, or when they count. Each is taken
 * only if the verifier can use it.
 */
final class AnchorListOptions {
    private static final Pattern LOG = Pattern.compile("([^+]+\\+[0-9a-f]{8}\\+[A-Za-z0-9+/=]+)(?:,(.+))?");
    private static final String OBJECT_IDENTIFIER = "[0-2](?:\\.(?:0|[1-9][0-9]*))+";

    @Option(
            names = "--witness",
            paramLabel = "VKEY",
            description = "A further witness, by its verifier key, name+id+key.")
    private List<String> witnesses = new ArrayList<>();

    @Option(
            names = "--tsa",
            paramLabel = "ID=PEM[,OID...]",
            description = {
                "A further time-stamping authority: its id in ledger.anchors; a PEM file with the root certificates its"
                        + " time-stamps",
                "must lead to; the policies it may state (any, if none is given). Certificates of CAs, or the authority's"
                        + " own."
            })
    private List<String> authorities = new ArrayList<>();

    @Option(
            names = "--log",
            paramLabel = "ID=VKEY[,ORIGIN]",
            description = {
                "A further log of type 'log', a file: its id in ledger.anchors and its verifier key, which 'run anchor'"
                        + " logs at",
                "start; the first line of its checkpoints, if that is not the name in the key."
            })
    private List<String> localLogs = new ArrayList<>();

    @Option(names = "--rekor", paramLabel = "ID=VKEY[,ORIGIN]", description = "A further Rekor v2 log, likewise.")
    private List<String> rekorLogs = new ArrayList<>();

    @Option(
            names = "--anchor-from",
            paramLabel = "ID=TIME",
            description = "From when an authority's time-stamps count (default: always).")
    private List<String> from = new ArrayList<>();

    @Option(
            names = "--anchor-until",
            paramLabel = "ID=TIME",
            description = {
                "Until when an authority or a log counts: time-stamps made by then, entries for windows that end by then."
                        + " They stand.",
                "So one ends that is replaced, or whose key is lost."
            })
    private List<String> until = new ArrayList<>();

    @Option(
            names = "--remove-anchor",
            paramLabel = "ID",
            description = "Take out an authority or a log: nothing it ever said counts any more.")
    private List<String> removed = new ArrayList<>();

    @Option(
            names = "--remove-witness",
            paramLabel = "VKEY",
            description = "Take out a witness: no cosignature of it counts any more.")
    private List<String> removedWitnesses = new ArrayList<>();

    /**
     * The list as it shall be: first what goes, then what comes, then when it counts. So an id may go and come again.
     *
     * @throws IllegalArgumentException if something given has another form, cannot be used by the verifier, or is listed
     *     already; if an id is not listed
     * @throws CommandException if a file cannot be read
     */
    TrustAnchors applied(TrustAnchors now) {
        TrustAnchors all = now;
        for (String id : removed) {
            all = all.without(id);
        }
        for (String vkey : removedWitnesses) {
            all = all.without(new TrustAnchors.Witness(vkey));
        }
        for (String text : authorities) {
            all = all.with(authority(Named.parse("--tsa", text)));
        }
        for (String text : localLogs) {
            all = all.with(log(LocalLog.KIND, Named.parse("--log", text)));
        }
        for (String text : rekorLogs) {
            all = all.with(log(RekorLog.KIND, Named.parse("--rekor", text)));
        }
        for (String vkey : witnesses) {
            all = all.with(witness(vkey, all));
        }
        all = limited(all, "--anchor-from", from, (was, at) -> new TrustAnchors.ValidFor(at, was.end()));
        return limited(all, "--anchor-until", until, (was, at) -> new TrustAnchors.ValidFor(was.start(), at));
    }

    /** {@code ID=TEXT}. */
    private record Named(String id, String text) {
        static Named parse(String option, String text) {
            int equals = text.indexOf('=');
            if (equals < 1 || equals == text.length() - 1) {
                throw new IllegalArgumentException(option + " takes ID=..., not " + text);
            }
            return new Named(text.substring(0, equals), text.substring(equals + 1));
        }
    }

    private static TrustAnchors limited(
            TrustAnchors anchors,
            String option,
            List<String> texts,
            BiFunction<TrustAnchors.ValidFor, Instant, TrustAnchors.ValidFor> change) {
        TrustAnchors all = anchors;
        for (String text : texts) {
            Named named = Named.parse(option, text);
            Instant at = TimeText.parse(named.text());
            all = all.withValidity(named.id(), was -> change.apply(was, at));
        }
        return all;
    }

    private static TrustAnchors.Tsa authority(Named named) {
        String[] parts = named.text().split(",", -1);
        List<String> policies = Arrays.asList(parts).subList(1, parts.length);
        for (String policy : policies) {
            if (!policy.matches(OBJECT_IDENTIFIER)) {
                throw new IllegalArgumentException("not an object identifier of a policy: " + policy);
            }
        }
        TrustAnchors.Tsa tsa = new TrustAnchors.Tsa(
                named.id(), RootCertificates.read(parts[0]), policies, TrustAnchors.ValidFor.ALWAYS);
        try {
            var unused = TimestampAuthority.of(tsa);
            return tsa;
        } catch (ReceiptException e) {
            throw new IllegalArgumentException("authority " + named.id() + ": " + e.getMessage(), e);
        }
    }

    private static TrustAnchors.Log log(String kind, Named named) {
        Matcher matcher = LOG.matcher(named.text());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "log " + named.id() + " needs a verifier key name+id+key, not " + named.text());
        }
        String vkey = matcher.group(1);
        String origin = matcher.group(2) == null ? vkey.substring(0, vkey.indexOf('+')) : matcher.group(2);
        TrustAnchors.Log log = new TrustAnchors.Log(named.id(), kind, origin, vkey, TrustAnchors.ValidFor.ALWAYS);
        try {
            if (kind.equals(RekorLog.KIND)) {
                var unused = RekorLog.of(log);
            } else {
                var unused = LocalLog.of(log);
            }
            return log;
        } catch (ReceiptException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** The verifier counts one key under two names as one witness. */
    private static TrustAnchors.Witness witness(String vkey, TrustAnchors listed) {
        Witness added = parsed(vkey);
        for (TrustAnchors.Witness other : listed.witnesses()) {
            Witness known = parsed(other.vkey());
            if (Arrays.equals(known.spki(), added.spki())) {
                throw new IllegalArgumentException(
                        "witness " + added.name() + " has the key of witness " + known.name() + ", which is listed");
            }
        }
        return new TrustAnchors.Witness(vkey);
    }

    private static Witness parsed(String vkey) {
        try {
            return Witness.parse(vkey);
        } catch (NoteException e) {
            throw new IllegalArgumentException("not a witness: " + vkey + ": " + e.getMessage(), e);
        }
    }
}
