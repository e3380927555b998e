// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.sign;

import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.TreeHead;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Remembers, per origin, the largest tree head that was intended to be signed, and says what may be signed next.
 *
 * <p>An intent is durable before anything is signed. Nothing larger of an origin is intended before the one before it has
 * been published, so the largest intent is all that can be unfinished after a crash. For one thread.
 */
public final class SigningGuard {
    private final Map<String, TreeHead> intended = new HashMap<>();

    /** Whether a tree head may be signed. */
    public sealed interface Outcome {
        /** Larger than all before: record the intent, then sign. */
        record Fresh() implements Outcome {}

        /** Intended before, with the same root: sign it again; the bytes will be the same. */
        record Repeated() implements Outcome {}

        /** Another root of this size was intended: never sign it. */
        record Forked(TreeHead intended) implements Outcome {}

        /** Smaller than what was intended: never sign it. */
        record Shrunk(TreeHead intended) implements Outcome {}
    }

    /** Judges a tree head; changes nothing. */
    public Outcome offer(String origin, TreeHead head) {
        Objects.requireNonNull(origin);
        TreeHead before = intended.get(origin);
        if (before == null || head.size() > before.size()) {
            return new Outcome.Fresh();
        }
        if (head.size() < before.size()) {
            return new Outcome.Shrunk(before);
        }
        return head.equals(before) ? new Outcome.Repeated() : new Outcome.Forked(before);
    }

    /** Whether a larger tree was intended: the head is not to be signed, and need not be. */
    public boolean isBehind(String origin, TreeHead head) {
        return offer(origin, head) instanceof Outcome.Shrunk;
    }

    /**
     * Takes note of a durable intent.
     *
     * @throws LedgerIntegrityException if it may not be signed after those before it
     */
    public void record(String origin, TreeHead head) {
        requireSignable(origin, head);
        intended.put(origin, head);
    }

    /**
     * Refuses what must not be signed.
     *
     * @return whether an intent has to be recorded first
     * @throws LedgerIntegrityException if the head is forked or shrunk
     */
    public boolean requireSignable(String origin, TreeHead head) {
        Outcome outcome = offer(origin, head);
        if (outcome instanceof Outcome.Forked forked) {
            throw refused(origin, head, forked.intended(), "a second root for this size");
        }
        if (outcome instanceof Outcome.Shrunk shrunk) {
            throw refused(origin, head, shrunk.intended(), "a smaller tree than before");
        }
        return outcome instanceof Outcome.Fresh;
    }

    /**
     * Refuses a tree that is not the one intended last, grown: also one that skips a step.
     *
     * @param previous head of the tree that {@code head} extends
     * @return whether an intent has to be recorded first
     * @throws LedgerIntegrityException if the head is forked or shrunk, or does not extend the one intended last
     */
    public boolean requireExtension(String origin, TreeHead previous, TreeHead head) {
        boolean fresh = requireSignable(origin, head);
        TreeHead before = last(origin).orElse(TreeHead.EMPTY);
        if (fresh && !previous.equals(before)) {
            throw refused(origin, previous, before, "an extension of another tree");
        }
        return fresh;
    }

    private static LedgerIntegrityException refused(String origin, TreeHead head, TreeHead before, String why) {
        return new LedgerIntegrityException("refused to sign " + why + " for " + origin + ": offered is " + head
                + ", intended before was " + before);
    }

    /** The largest tree head intended, by origin; a copy. */
    public Map<String, TreeHead> heads() {
        return Map.copyOf(intended);
    }

    /**
     * Refuses a record of intents that says more than this one: then this one is old, or another ledger's.
     *
     * @throws UnfitSignerException naming the first origin this guard does not know, or knows smaller
     * @throws LedgerIntegrityException naming the first origin this guard knows with another root of the same size
     */
    public void requireCovers(SigningGuard other, String remedy) {
        for (Map.Entry<String, TreeHead> entry : new TreeMap<>(other.intended).entrySet()) {
            TreeHead known = intended.getOrDefault(entry.getKey(), TreeHead.EMPTY);
            TreeHead theirs = entry.getValue();
            String found = "the signer's guard outside Kafka knows " + entry.getKey() + " with " + known
                    + ", but the ledger's topics have the intent to sign " + theirs + "; " + remedy;
            if (theirs.size() > known.size()) {
                throw new UnfitSignerException(UnfitSignerException.Reason.GUARD_FILE, found);
            }
            if (theirs.size() == known.size() && !theirs.equals(known)) {
                throw new LedgerIntegrityException(found);
            }
        }
    }

    /** The largest tree head intended for an origin. */
    public Optional<TreeHead> last(String origin) {
        return Optional.ofNullable(intended.get(origin));
    }
}
