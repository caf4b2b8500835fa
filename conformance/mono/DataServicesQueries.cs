using System;
using System.Collections.Generic;
using System.Data.Services.Client;
using System.Linq;
using System.Linq.Expressions;
using TenantReporting;

static partial class DataServices {
    static readonly DateTime since = new DateTime(2026, 11, 1);

    static IEnumerable<KeyValuePair<string, Action>> Queries() {
        yield return Mode("linq", Linq);
        yield return Mode("proj", Projection);
        yield return Mode("projanon", AnonymousProjection);
        yield return Mode("addopt", AddedOptions);
        yield return Mode("execute", () => Checks.Same(Newest(10), Context().Execute<CsP2PAVTimeReport>(Relative("CsP2PAVTimeDaily?$orderby=Date desc&$top=10")).Select(Read), "rows"));
        yield return Mode("narrow", NarrowClass);
        yield return Mode("count", () => Checks.Equal(daily.Count(r => r.Video > 400), Set().Where(r => r.TotalVideoMinutes > 400L).Count(), "count with a filter"));
        yield return Mode("countnull", () => Checks.Equal(daily.Count, Set().Where(r => r.TotalVideoMinutes != null).Count(), "rows with video not null"));
        yield return Mode("longcount", () => Checks.Equal((long)daily.Count, Set().LongCount(), "count"));
        yield return Mode("key", ByKey);
        yield return Mode("first", () => Checks.Equal(daily[0], Read(Set().OrderBy(r => r.TenantName).First()), "first of equal names: the least key"));
        yield return Mode("funcs", Filters);
        yield return Mode("localdate", LocalDate);
        yield return Mode("zone", Zone);
    }

    static Uri Relative(string path) { return new Uri(path, UriKind.Relative); }

    static IEnumerable<Row> Newest(int n) { return daily.OrderByDescending(r => r.Date).Take(n); }

    static void Linq() {
        var query = (from r in Set()
                     where r.Date >= since && r.TotalAudioMinutes > 1000L && r.TenantName.StartsWith("exa")
                     orderby r.Date descending, r.ID
                     select r).Take(10);
        var want = daily.Where(r => r.Date >= since && r.Audio > 1000).OrderByDescending(r => r.Date).Take(10).ToList();
        Checks.True(want.Count == 10 && want[0].Date > want[9].Date, "the data has ten such rows");
        Checks.Same(want, query.ToList().Select(Read), "rows");
    }

    static void Projection() {
        var query = Set().OrderByDescending(r => r.Date).Take(10).Select(r => new CsP2PAVTimeReport { Date = r.Date, TotalAudioMinutes = r.TotalAudioMinutes, TotalVideoMinutes = r.TotalVideoMinutes });
        Checks.Contains(query.ToString(), "$select=Date,TotalAudioMinutes,TotalVideoMinutes", "what the client asks");
        Checks.Same(Newest(10).Select(r => new Row { Date = r.Date, Audio = r.Audio, Video = r.Video }), query.ToList().Select(Read), "rows");
    }

    static void AnonymousProjection() {
        var rows = Set().Select(r => new { r.Date, r.TotalAudioMinutes }).ToList();
        Checks.Same(daily.Take(Gateway.PageSize).Select(r => new { r.Date, TotalAudioMinutes = r.Audio }), rows, "rows of the first page");
    }

    /// The client lets nobody add a $ option that it knows; $format and $select go through Execute.
    static void AddedOptions() {
        var refused = Checks.Throws<NotSupportedException>(() => Set().AddQueryOption("$select", "Date").ToList(), "added $select");
        Checks.Contains(refused.Message, "reserved character", "the client's refusal");
        var rows = Set().AddQueryOption("rws-version", "2013-V1").AddQueryOption("$orderby", "Date desc").AddQueryOption("$top", 3).ToList();
        Checks.Same(Newest(3), rows.Select(Read), "rows of added options");
        var atom = Context().Execute<CsP2PAVTimeReport>(Relative("CsP2PAVTimeDaily?$orderby=Date desc&$top=3&$format=Atom"));
        Checks.Same(Newest(3), atom.Select(Read), "rows of $format=Atom");
    }

    static void NarrowClass() {
        var rows = Context().Execute<Narrow>(Relative("CsP2PAVTimeDaily?$select=TotalVideoMinutes,Date,TotalAudioMinutes&$top=50")).ToList();
        Checks.Same(daily.Take(50).Select(r => new Row { Date = r.Date, Audio = r.Audio, Video = r.Video }),
            rows.Select(r => new Row { Date = r.Date, Audio = r.TotalAudioMinutes, Video = r.TotalVideoMinutes }), "rows");
        var e = Checks.Throws<InvalidOperationException>(() => Context().Execute<Narrow>(Relative("CsP2PAVTimeDaily?$top=1")).ToList(), "all properties into a narrow class");
        Checks.Contains(e.Message, "ID", "the first property that the class lacks");
    }

    static void ByKey() {
        foreach (var want in new[] { daily[0], daily[77], daily[daily.Count - 1] }) {
            var date = want.Date;
            Checks.Equal(want, Read(Set().Where(r => r.Date == date).Single()), "row of a key");
        }
        var monthly = gateway.Rows("CsP2PAVTimeMonthly");
        var month = monthly[2].Date;
        Checks.Equal(monthly[2], Read(Set("CsP2PAVTimeMonthly").Where(r => r.Date == month).Single()), "month of a key");
    }

    /// The client writes a local date with its offset, and the service turned such a literal into UTC.
    static void LocalDate() {
        var local = new DateTime(2026, 10, 13, 20, 0, 0, DateTimeKind.Local);
        var query = Set().Where(r => r.Date >= local);
        Checks.Contains(query.ToString(), local.ToString("yyyy-MM-ddTHH:mm:ss"), "the literal");
        Checks.Same(daily.Where(r => r.Date >= local.ToUniversalTime()), All(query), "rows since " + local.ToUniversalTime().ToString("u"));
    }

    static void Zone() {
        var want = gateway.Rows("CsP2PAVTimeDaily", "Pacific Standard Time");
        var rows = Context("Pacific Standard Time").CreateQuery<CsP2PAVTimeReport>("CsP2PAVTimeDaily").Take(Gateway.PageSize).ToList().Select(Read).ToList();
        Checks.Same(want.Take(Gateway.PageSize), rows, "rows of Pacific time");
        Checks.True(!rows[5].Equals(daily.Single(r => r.Date == rows[5].Date)), "minutes differ from UTC's");
        var iana = Context("America/Los_Angeles").CreateQuery<CsP2PAVTimeReport>("CsP2PAVTimeDaily").Take(Gateway.PageSize).ToList().Select(Read);
        Checks.Same(rows, iana, "the same zone by its IANA name");
    }

    /// Each filter goes through the client's translation to the gateway, and as the same expression over the rows in memory.
    static void Filters() {
        var n = 0;
        foreach (var filter in FilterCases.All) {
            var want = daily.Select(Entity).AsQueryable().Where(filter).Select(r => Read(r)).ToList();
            Checks.Same(want, All(Set().Where(filter)), "filter " + n++ + " " + filter);
        }
        Checks.True(n > 20, "filters tried");
    }
}
