using System;
using System.Linq.Expressions;
using TenantReporting;

/// Conditions whose translations use each operator and function that the client can write.
static class FilterCases {
    static readonly DateTime day = new DateTime(2026, 9, 16);
    static readonly DateTime utc = new DateTime(2026, 10, 14, 1, 2, 3, DateTimeKind.Utc);
    static readonly DateTime fraction = new DateTime(2026, 6, 14, 1, 2, 3, 456);
    static readonly Guid other = new Guid("aaaaaaaa-1111-2222-3333-444444444444");

    public static readonly Expression<Func<CsP2PAVTimeReport, bool>>[] All = {
        r => r.TenantGuid == Gateway.TenantGuid && r.Date >= day,
        r => r.TenantGuid == other,
        r => r.TenantGuid != other && r.ID % 10 == 3,
        r => r.TenantName.Contains("o'b"),
        r => r.TenantName.Contains("onmicrosoft") && r.Date < fraction,
        r => r.TenantName.EndsWith("x") || !r.TenantName.StartsWith("y"),
        r => r.TenantName.ToLower() == "example.onmicrosoft.com" && r.TenantName.Trim().Length == 23,
        r => r.TenantName.ToUpper() == "EXAMPLE.ONMICROSOFT.COM" && r.Date > utc,
        r => r.TenantName.Substring(1, 2) == "xa" && r.TenantName.Substring(8) == "onmicrosoft.com",
        r => r.TenantName.IndexOf(".") == 7 && r.TenantName.IndexOf("zz") == -1,
        r => r.TenantName + "x" == "example.onmicrosoft.comx",
        r => string.Concat("x", r.TenantName) == "cx",
        r => r.Date.Year == 2026 && r.Date.Month == 9 && r.Date.Day == 16 && r.Date.Hour == 0 && r.Date.Minute == 0 && r.Date.Second == 0,
        r => r.Date.Month == 7 || r.Date.Day > 28,
        r => r.Date >= utc,
        r => r.Date < fraction,
        r => r.Date >= day && r.Date < day.AddDays(7),
        r => ((r.TotalAudioMinutes + r.TotalVideoMinutes) * 2 / 3) % 5 - 1 >= 2,
        r => r.TotalAudioMinutes - r.TotalVideoMinutes > 4000 || r.TotalVideoMinutes == 0,
        r => -r.ID < 0 && -r.ID > -20600,
        r => r.TotalAudioMinutes == null,
        r => r.TotalAudioMinutes != null && r.TotalVideoMinutes <= 100,
        r => !(r.ID == 20700),
        r => !(r.TotalAudioMinutes > 1000),
        r => Math.Round((double)r.ID) == 20700d && Math.Floor((decimal)r.ID) == 20700m && Math.Ceiling((double)r.ID) < 1e20,
        r => r.ID > 20700 && (r.TotalAudioMinutes > 4000 || r.TotalVideoMinutes > 500) && r.TotalVideoMinutes < 600,
    };
}
