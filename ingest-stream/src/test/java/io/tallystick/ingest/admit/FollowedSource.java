// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.admit;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.avro.Claim;
import io.tallystick.entry.ChainId;
import io.tallystick.ingest.admit.Command.Alert;
import io.tallystick.ingest.admit.Command.Alert.Kind;
import io.tallystick.ingest.admit.Location.End;
import io.tallystick.topic.PoliciesInForce;
import io.tallystick.topic.TenantPolicies;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;

/** A source partition and its follower, as the tests of {@link SourceFollower} find them: assigned, and not located yet. */
abstract class FollowedSource {
    static final String ID = "topic-id-1";
    static final String OTHER = "topic-id-2";
    static final OptionalInt EPOCH = OptionalInt.of(4);
    static final long SECOND = Duration.ofSeconds(1).toNanos();
    static final FollowerTiming TIMING =
            new FollowerTiming(Duration.ofSeconds(30), Duration.ofSeconds(1), Duration.ofSeconds(10));

    final Instant asOf = Instant.ofEpochSecond(1_700_000_000);
    long now = 5 * SECOND;
    SourceFollower follower = follower(rules(ID, false, 1));

    SourceFollower follower(TenantRules rules) {
        return new SourceFollower("cluster", "ledger.in.acme", new ChainId("acme", 3), rules, TIMING, now);
    }

    static TenantRules rules(String topicId, boolean suspended, long revision) {
        return new TenantRules(topicId, suspended, new PoliciesInForce(revision, TenantPolicies.DEFAULT));
    }

    @BeforeEach
    void assign() {
        assertThat(follower.assigned()).containsExactly(new Command.Locate(1, Duration.ZERO));
    }

    Location at(String topicId, Commit committed, long logStart, long end) {
        return new Location(topicId, Optional.ofNullable(committed), logStart, new End(end, asOf));
    }

    static Commit commit(String topicId, long offset) {
        return new Commit(topicId, new ResumePoint(offset, EPOCH));
    }

    static long lookup(List<Command> commands) {
        return only(Command.Locate.class, commands).lookup();
    }

    static <C extends Command> C only(Class<C> type, List<Command> commands) {
        return commands.stream()
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + type.getSimpleName() + " in " + commands));
    }

    static List<Kind> alerts(List<Command> commands) {
        return commands.stream()
                .filter(Alert.class::isInstance)
                .map(command -> ((Alert) command).kind())
                .toList();
    }

    static boolean has(Class<? extends Command> type, List<Command> commands) {
        return commands.stream().anyMatch(type::isInstance);
    }

    /** Located at this offset, with nothing lost. */
    void readFrom(long offset) {
        follower.located(1, at(ID, commit(ID, offset), 0, 1000), now);
        assertThat(follower.isHeld()).isFalse();
    }

    /** What a claim made now says; the source has been read to its end. */
    Claim claimed() {
        return only(Command.SendClaim.class, follower.claimDue(ID, new End(100, asOf), OptionalLong.of(100), now))
                .message();
    }
}
