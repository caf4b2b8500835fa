using System;
using System.Collections.Generic;
using System.Data.Services.Client;
using System.Linq;
using TenantReporting;

static partial class DataServices {
    static IEnumerable<KeyValuePair<string, Action>> Pages() {
        yield return Mode("paging", EveryPage);
        yield return Mode("pagingorder", PagesInOrder);
        yield return Mode("pagingtop", PagesOfTop);
        yield return Mode("inlinecount", InlineCount);
        yield return Mode("async", Async);
        yield return Mode("metauri", Identities);
        yield return Mode("reports", OtherReports);
    }

    static void EveryPage() {
        int pages;
        var rows = All(Set(), out pages).Select(Read).ToList();
        Checks.Same(daily, rows, "rows of all pages");
        Checks.Equal((daily.Count + Gateway.PageSize - 1) / Gateway.PageSize, pages, "pages");
        Checks.Same(rows.Select(r => r.Date).Distinct().OrderBy(d => d), rows.Select(r => r.Date), "each date once, ascending");
        Checks.Equal((long)rows.Count, Set().LongCount(), "$count");
    }

    static void PagesInOrder() {
        var query = Set().Where(r => r.TotalAudioMinutes > 500L).OrderByDescending(r => r.TotalVideoMinutes).ThenBy(r => r.TenantName);
        var want = daily.Where(r => r.Audio > 500).OrderByDescending(r => r.Video).ThenBy(r => r.Date).ToList();
        Checks.True(want.Count > 2 * Gateway.PageSize, "the data has three pages of them");
        Checks.Same(want, All(query), "rows by $orderby and then the key, under a filter, over all pages");
    }

    static void PagesOfTop() {
        var narrow = Set().OrderByDescending(r => r.Date).Skip(7).Take(120);
        Checks.Same(daily.OrderByDescending(r => r.Date).Skip(7).Take(120), All(narrow), "$skip and $top over three pages");
    }

    static void InlineCount() {
        var all = (QueryOperationResponse<CsP2PAVTimeReport>)Set().IncludeTotalCount().Execute();
        Checks.Equal(Gateway.PageSize, all.Count(), "rows of the first page");
        Checks.Equal((long)daily.Count, all.TotalCount, "total of all");
        var some = (DataServiceQuery<CsP2PAVTimeReport>)Set().IncludeTotalCount().Where(r => r.Date >= since).Skip(2).Take(5);
        var answer = (QueryOperationResponse<CsP2PAVTimeReport>)some.Execute();
        Checks.Same(daily.Where(r => r.Date >= since).Skip(2).Take(5), answer.Select(Read), "rows");
        Checks.Equal((long)daily.Count(r => r.Date >= since), answer.TotalCount, "total of the filter, whatever $top and $skip say");
    }

    static void Async() {
        var query = Set();
        Checks.Same(daily.Take(Gateway.PageSize), query.EndExecute(query.BeginExecute(null, null)).Select(Read), "rows");
    }

    static void Identities() {
        var context = Context();
        Checks.Equal(gateway.Root + "$metadata", context.GetMetadataUri().OriginalString, "where the client looks for the model");
        var rows = context.CreateQuery<CsP2PAVTimeReport>("CsP2PAVTimeDaily").ToList();
        var ids = new HashSet<string>();
        foreach (var row in rows) {
            var d = context.GetEntityDescriptor(row);
            var id = new Uri(d.Identity, UriKind.Absolute);
            Checks.Contains(d.Identity, "/ecp/ReportingWebService/Reporting.svc/CsP2PAVTimeDaily(datetime'" + row.Date.ToString("yyyy-MM-dd") + "T00%3A00%3A00')", "id");
            Checks.Equal(new Uri(gateway.Root).Authority, id.Authority, "host and port of an id");
            Checks.Equal(Uri.UnescapeDataString(d.Identity), Uri.UnescapeDataString(d.EditLink.OriginalString), "edit link against the base");
            Checks.Equal(null, d.ETag, "entity tag");
            Checks.Equal("TenantReporting.CsP2PAVTimeReport", d.ServerTypeName, "type");
            Checks.True(ids.Add(d.Identity), "the id is no other row's: " + d.Identity);
        }
        Checks.Equal(Gateway.PageSize, ids.Count, "ids");
        Checks.Equal(rows.Count, context.Entities.Count, "objects that the client tracks");
        Uri edit;
        Checks.True(context.TryGetUri(rows[3], out edit), "the client knows a row's address");
        Checks.Equal(daily[3], context.Execute<CsP2PAVTimeReport>(edit).Select(Read).Single(), "row behind the edit link");
    }

    static void OtherReports() {
        foreach (var report in Gateway.Reports) {
            var rows = All(Set(report));
            Checks.Same(gateway.Rows(report), rows, report);
            Checks.Equal((long)rows.Count, Set(report).LongCount(), report + "/$count");
        }
    }
}
