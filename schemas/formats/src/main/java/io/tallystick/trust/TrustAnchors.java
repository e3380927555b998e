// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Parties outside the ledger whose statements about its registry count.
 *
 * @param tsa time-stamping authorities
 * @param logs transparency logs
 * @param witnesses cosigners
 */
public record TrustAnchors(List<Tsa> tsa, List<Log> logs, List<Witness> witnesses) {
    /** No outside party counts. */
    public static final TrustAnchors NONE = new TrustAnchors(List.of(), List.of(), List.of());

    public TrustAnchors {
        tsa = List.copyOf(tsa);
        logs = List.copyOf(logs);
        witnesses = List.copyOf(witnesses);
        requireDistinct("time-stamping authority", tsa.stream().map(Tsa::id).toList());
        requireDistinct("log", logs.stream().map(Log::id).toList());
        requireDistinct("witness", witnesses.stream().map(Witness::vkey).toList());
    }

    private static void requireDistinct(String what, List<String> ids) {
        Set<String> seen = new HashSet<>();
        for (String id : ids) {
            if (!seen.add(id)) {
                throw new IllegalArgumentException("two entries for " + what + " " + id);
            }
        }
    }

    /**
     * One more authority.
     *
     * @throws IllegalArgumentException if an authority or a log has its id
     */
    public TrustAnchors with(Tsa added) {
        requireFree(added.id());
        return new TrustAnchors(appended(tsa, added), logs, witnesses);
    }

    /**
     * One more log.
     *
     * @throws IllegalArgumentException if an authority or a log has its id
     */
    public TrustAnchors with(Log added) {
        requireFree(added.id());
        return new TrustAnchors(tsa, appended(logs, added), witnesses);
    }

    /**
     * One more witness.
     *
     * @throws IllegalArgumentException if it is listed
     */
    public TrustAnchors with(Witness added) {
        return new TrustAnchors(tsa, logs, appended(witnesses, added));
    }

    /**
     * Says anew when the statements of an authority or a log count; witnesses have no such limits.
     *
     * @throws IllegalArgumentException if there is not exactly one of this id, or the validity would end before it begins
     */
    public TrustAnchors withValidity(String id, UnaryOperator<ValidFor> change) {
        requireOne(id);
        return new TrustAnchors(
                tsa.stream()
                        .map(one -> one.id().equals(id)
                                ? new Tsa(id, one.roots(), one.policyOids(), change.apply(one.validFor()))
                                : one)
                        .toList(),
                logs.stream()
                        .map(one -> one.id().equals(id)
                                ? new Log(id, one.kind(), one.origin(), one.vkey(), change.apply(one.validFor()))
                                : one)
                        .toList(),
                witnesses);
    }

    /**
     * Takes out an authority or a log: nothing it ever said counts any more. One that is to say nothing further is
     * {@linkplain #withValidity ended} instead.
     *
     * @throws IllegalArgumentException if there is not exactly one of this id
     */
    public TrustAnchors without(String id) {
        requireOne(id);
        return new TrustAnchors(
                tsa.stream().filter(one -> !one.id().equals(id)).toList(),
                logs.stream().filter(one -> !one.id().equals(id)).toList(),
                witnesses);
    }

    /**
     * Takes out a witness: no cosignature of it counts any more.
     *
     * @throws IllegalArgumentException if it is not listed
     */
    public TrustAnchors without(Witness gone) {
        if (!witnesses.contains(gone)) {
            throw new IllegalArgumentException("the trust root lists no witness " + gone.vkey());
        }
        return new TrustAnchors(
                tsa, logs, witnesses.stream().filter(one -> !one.equals(gone)).toList());
    }

    /** Whether none of a kind is listed. */
    public boolean isEmpty(Kind kind) {
        return switch (kind) {
            case TSA -> tsa.isEmpty();
            case LOGS -> logs.isEmpty();
            case WITNESSES -> witnesses.isEmpty();
        };
    }

    private static <T> List<T> appended(List<T> list, T added) {
        return Stream.concat(list.stream(), Stream.of(added)).toList();
    }

    /** Of authorities and logs; in a ledger's configuration an id names one anchor. */
    private long count(String id) {
        return Stream.concat(tsa.stream().map(Tsa::id), logs.stream().map(Log::id))
                .filter(id::equals)
                .count();
    }

    private void requireFree(String id) {
        if (count(id) > 0) {
            throw new IllegalArgumentException("the trust root lists an anchor " + id + " already");
        }
    }

    private void requireOne(String id) {
        if (count(id) != 1) {
            throw new IllegalArgumentException(
                    "the trust root lists " + count(id) + " time-stamping authorities or" + " logs with the id " + id);
        }
    }

    /** A kind of anchor, named as the list that holds them. */
    public enum Kind {
        /** RFC 3161 time-stamps. */
        TSA,
        /** Inclusion in a transparency log. */
        LOGS,
        /** C2SP cosignatures. */
        WITNESSES;

        /** The name in a trust root. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The kind of that name in a trust root; empty if there is none. */
        public static Optional<Kind> ofWireName(String wireName) {
            for (Kind kind : values()) {
                if (kind.wireName().equals(wireName)) {
                    return Optional.of(kind);
                }
            }
            return Optional.empty();
        }
    }

    /**
     * When statements of an anchor count.
     *
     * @param start first instant
     * @param end last instant
     */
    public record ValidFor(Instant start, Instant end) {
        /** Whatever the time. */
        public static final ValidFor ALWAYS = new ValidFor(Instant.EPOCH, Instant.parse("9999-12-31T23:59:59Z"));

        public ValidFor {
            if (start.isAfter(end)) {
                throw new IllegalArgumentException("an anchor's validity ends before it begins");
            }
        }
    }

    /**
     * A time-stamping authority.
     *
     * @param id name of its objects in the bucket
     * @param roots base64 of the DER certificates its chain must end in, at least one
     * @param policyOids policies it may state; empty: any
     * @param validFor when its time-stamps count
     */
    public record Tsa(String id, List<String> roots, List<String> policyOids, ValidFor validFor) {
        public Tsa {
            requireId(id);
            roots = List.copyOf(roots);
            policyOids = List.copyOf(policyOids);
            Objects.requireNonNull(validFor);
            if (roots.isEmpty()) {
                throw new IllegalArgumentException("time-stamping authority " + id + " has no root certificate");
            }
            for (String root : roots) {
                StrictBase64.decode(root);
            }
        }
    }

    /**
     * A transparency log.
     *
     * @param id name of its objects in the bucket
     * @param kind protocol, such as {@code rekor-v2}
     * @param origin first line of its checkpoints
     * @param vkey key of its checkpoints
     * @param validFor when its statements count
     */
    public record Log(String id, String kind, String origin, String vkey, ValidFor validFor) {
        public Log {
            requireId(id);
            requireText("kind", kind);
            requireText("origin", origin);
            requireText("vkey", vkey);
            Objects.requireNonNull(validFor);
        }
    }

    /**
     * A witness.
     *
     * @param vkey key of its cosignatures
     */
    public record Witness(String vkey) {
        public Witness {
            requireText("vkey", vkey);
        }
    }

    private static void requireId(String id) {
        if (!id.matches("[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?")) {
            throw new IllegalArgumentException("not an anchor id: " + id);
        }
    }

    private static void requireText(String what, String text) {
        if (text.isEmpty() || text.chars().anyMatch(c -> c < 0x20)) {
            throw new IllegalArgumentException("not an anchor's " + what + ": " + text);
        }
    }
}
