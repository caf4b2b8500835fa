using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;

/// Runs groups of assertions, prints one line for each group and counts how they end.
static class Checks {
    static int passed, failed;

    /// Runs one group; the first assertion of it that does not hold ends it.
    public static void Group(string name, Action body) {
        try {
            body();
            passed++;
            Console.WriteLine("ok    " + name);
        } catch (Exception e) {
            failed++;
            Console.WriteLine("FAIL  " + name + ": " + Explain(e));
        }
    }

    /// Prints the counts; the result is the program's exit code.
    public static int Finish() {
        Console.WriteLine("{0} passed, {1} failed", passed, failed);
        return failed == 0 && passed > 0 ? 0 : 1;
    }

    public static void True(bool holds, string what) {
        if (!holds) throw new Exception(what);
    }

    public static void Equal<T>(T want, T got, string what) {
        if (!EqualityComparer<T>.Default.Equals(want, got))
            throw new Exception(what + ": want " + Show(want) + ", got " + Show(got));
    }

    /// Compares two lists item by item, in order, and names the first that differs.
    public static void Same<T>(IEnumerable<T> want, IEnumerable<T> got, string what) {
        var w = want.ToList();
        var g = got.ToList();
        for (var i = 0; i < Math.Min(w.Count, g.Count); i++) Equal(w[i], g[i], what + " [" + i + "]");
        Equal(w.Count, g.Count, what + ": how many");
    }

    public static void Contains(string text, string part, string what) {
        True(text != null && text.Contains(part), what + ": no \"" + part + "\" in " + Show(text));
    }

    /// Returns the exception of type E that the body must throw.
    public static E Throws<E>(Action body, string what) where E : Exception {
        try {
            body();
        } catch (E e) {
            return e;
        }
        throw new Exception(what + ": no " + typeof(E).Name);
    }

    static string Show(object o) {
        if (o == null) return "null";
        if (o is DateTime) return ((DateTime)o).ToString("o") + " (" + ((DateTime)o).Kind + ")";
        return "\"" + o + "\"";
    }

    static string Explain(Exception e) {
        var text = "";
        for (var x = e; x != null; x = x.InnerException)
            text += (text == "" ? "" : " <- ") + (x.GetType() == typeof(Exception) ? "" : x.GetType().Name + ": ") + x.Message.Replace("\n", " ");
        return text;
    }
}
