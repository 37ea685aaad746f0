package org.mutatio.toml;

import java.util.Collection;
import java.util.Optional;

/// Finds the key that was meant, for messages.
public final class NearestKey {

    private NearestKey() {}

    /// The candidate with the fewest edits (insert, delete, replace, swap of neighbours), if they are few for its
    /// length; case and `_` for `-` count nothing.
    public static Optional<String> of(String written, Collection<String> candidates) {
        String plain = plain(written);
        String best = null;
        int fewest = Integer.MAX_VALUE;
        for (String candidate : candidates) {
            int edits = edits(plain, plain(candidate));
            if (edits < fewest || edits == fewest && best != null && candidate.compareTo(best) < 0) {
                fewest = edits;
                best = candidate;
            }
        }
        int allowed = Math.max(2, plain.length() / 3);
        return fewest <= allowed && fewest < Math.max(2, plain.length()) ? Optional.ofNullable(best) : Optional.empty();
    }

    private static String plain(String key) {
        String cut = key.length() > 100 ? key.substring(0, 100) : key;
        return cut.toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    private static int edits(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int replace = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                int least = Math.min(replace, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    least = Math.min(least, cost[i - 2][j - 2] + 1);
                }
                cost[i][j] = least;
            }
        }
        return cost[a.length()][b.length()];
    }
}
